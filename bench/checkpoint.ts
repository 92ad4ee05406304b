/**
 * `npm run bench:checkpoint`: what a checkpoint costs after small changes, and a start from nothing but the store.
 *
 *   node bench/checkpoint.ts [--keys 1000000] [--folder PATH] [--doc]
 *
 * A store in a folder; the start from nothing is a process of its own, so that its memory is its own. Values are random, so compression gains
 * nothing on them: the figures are the worst case.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createNodeCompression } from '../src/adapters/node-compression.ts';
import { createNodeDigest } from '../src/adapters/node-digest.ts';
import { openDataFolder } from '../src/adapters/data-folder.ts';
import { openObjectStore } from '../src/adapters/open-store.ts';
import { createSystemClock } from '../src/adapters/system-clock.ts';
import { createSystemRandom } from '../src/adapters/system-random.ts';
import { configurationDefaults } from '../src/core/configuration.ts';
import { startNode, type Node } from '../src/host/node.ts';
import { putRequest, rangeRequest } from '../src/library/requests.ts';
import { countingStore, sumOf, type CountingStore, type StoreCount } from './counting-store.ts';
import { machineFacts } from './machine.ts';
import { insertIntoDoc, layOut, machineText } from './report.ts';

const { values: options } = parseArgs({
  options: {
    keys: { type: 'string', default: '1000000' },
    folder: { type: 'string', default: tmpdir() },
    doc: { type: 'boolean', default: false },
    /** A store that is there, in this folder: start from it, and print what that took. */
    start: { type: 'string' },
  },
});
const keyCount = Number(options.keys);
const valueBytes = 256;
const operationsPerTransaction = 120;
const transactionsAtOnce = 32;
const checkpointKinds = ['chunks', 'pages', 'checkpoints'];
const rows: string[][] = [];
let pagesOfAll = 0;
const document = new URL('../docs/benchmarks.md', import.meta.url);

if (options.start !== undefined) {
  console.log(JSON.stringify(await startFromStore(options.start)));
} else {
  const folder = await mkdtemp(join(options.folder, 't4-checkpoint-bench-'));
  try {
    await bench(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function bench(folder: string): Promise<void> {
  const facts = await machineFacts(folder, undefined);
  const store = countingStore(await openObjectStore(`file:${join(folder, 'store')}`));
  const { node, close } = await start(store, folder, 'first');
  progress(`writing ${keyCount} keys`);
  await write(node, range(keyCount));
  store.taken();
  const rawBytes = keyCount * (64 + valueBytes);
  const whole = await checkpoint(node, store, 'the first: everything', rawBytes, undefined);
  const few = Math.max(1, Math.round(keyCount / 1_000));
  await write(node, sample(few));
  await checkpoint(node, store, `after ${few} keys at random`, whole.putBytes, few);
  const first = Math.floor(keyCount / 2);
  await write(node, range(few, first));
  await checkpoint(node, store, `after ${few} keys beside each other`, whole.putBytes, chunksBesideEachOther(few));
  await checkpoint(node, store, 'after nothing', whole.putBytes, 0);
  await close();
  const writerMiB = peakMiB();
  progress('starting from the store alone');
  const started = await startInProcess(folder);
  const share = (bytes: number) => `${((100 * bytes) / whole.putBytes).toFixed(0)} %`;
  const text = [
    machineText(facts),
    `${keyCount.toLocaleString('en-US')} keys of 64 bytes, values of ${valueBytes} random bytes: ${mebibytes(rawBytes)} MiB. The node that wrote them: at most ${writerMiB} MiB of memory.`,
    layOut([['checkpoint', 'objects', 'at most', 'MiB uploaded', 'of the whole', 'seconds'], ...rows]),
    layOut([
      ['from an empty folder', 'seconds', 'GETs', 'MiB read', 'of the whole', 'peak memory, MiB'],
      ...started.map(({ what, ms, gets, getBytes, peak }) => [
        what,
        seconds(ms),
        gets.toLocaleString('en-US'),
        mebibytes(getBytes),
        share(getBytes),
        peak.toLocaleString('en-US'),
      ]),
    ]),
  ].join('\n\n');
  console.log(text);
  if (options.doc) await writeFile(document, insertIntoDoc(await readFile(document, 'utf8'), text, 'checkpoint'));
}

/** Chunks that hold so many keys in a row: none is smaller than a quarter of the target, but the two that the ends are in. */
function chunksBesideEachOther(keys: number): number {
  return Math.ceil((keys * (64 + valueBytes)) / (configurationDefaults.checkpointChunkBytes / 4)) + 2;
}

interface Started {
  readonly what: string;
  readonly ms: number;
  readonly gets: number;
  readonly getBytes: number;
  /** MiB of the process, so far. */
  readonly peak: number;
}

async function startFromStore(folder: string): Promise<readonly Started[]> {
  const store = countingStore(await openObjectStore(`file:${join(folder, 'store')}`));
  const kinds = ['chunks', 'pages', 'checkpoints', 'log', 'control', 'manifest'];
  const steps: Started[] = [];
  let gets = 0;
  let getBytes = 0;
  const begun = performance.now();
  const step = (what: string): void => {
    const read = sumOf(store.taken(), kinds);
    gets += read.gets;
    getBytes += read.getBytes;
    steps.push({ what, ms: performance.now() - begun, gets, getBytes, peak: peakMiB() });
  };
  const { node, close, allLocal } = await start(store, folder, 'second');
  step('ready');
  const { response } = await node.request(rangeRequest(keyOf(Math.floor(keyCount / 2)), {}));
  if (response.kvs.length !== 1) throw new Error('the key is there');
  step('first read answered');
  await allLocal;
  step('all values local');
  await close();
  return steps;
}

async function startInProcess(folder: string): Promise<readonly Started[]> {
  const args = [fileURLToPath(import.meta.url), '--start', folder, '--keys', options.keys];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the start ended with ${code}`);
  return JSON.parse(out) as readonly Started[];
}

function peakMiB(): number {
  return Math.round(process.resourceUsage().maxRSS / 1_024);
}

interface StartedNode {
  readonly node: Node;
  close(): Promise<void>;
  /** Of a node that starts from the store. */
  readonly allLocal: Promise<void>;
}

async function start(store: CountingStore, folder: string, name: string): Promise<StartedNode> {
  const filled = Promise.withResolvers<void>();
  const local = await openDataFolder(join(folder, name));
  const node = startNode({
    store,
    localStore: local.localStore,
    disk: local.disk,
    memberId: local.memberId,
    clock: createSystemClock(),
    random: createSystemRandom(),
    digest: createNodeDigest(),
    compression: createNodeCompression(),
    name,
    clientUrls: [],
    leaseMs: 30_000,
    checkpointSegments: 1_000_000,
    checkpointIntervalMs: 0,
    collectIntervalMs: 0,
    valueCacheBytes: 64 * 1024 * 1024,
    log(level, message, fields) {
      if (level === 'info') progress(`${message} ${JSON.stringify(fields)}`);
      if (message === 'all values are local') filled.resolve();
    },
  });
  await node.whenReady();
  return {
    node,
    allLocal: filled.promise,
    async close() {
      await node.close();
      await local.close();
    },
  };
}

/** `chunksMost`: what the change may cost at most; each may be in another page, of those that there are. */
async function checkpoint(
  node: Node,
  store: CountingStore,
  name: string,
  whole: number,
  chunksMost: number | undefined,
): Promise<StoreCount> {
  store.taken();
  const begun = performance.now();
  await node.request({ kind: 'checkpoint' });
  const ms = performance.now() - begun;
  const taken = store.taken();
  const count = sumOf(taken, checkpointKinds);
  if (chunksMost === undefined) pagesOfAll = sumOf(taken, ['pages']).puts;
  const most = chunksMost === undefined ? undefined : chunksMost + Math.min(chunksMost, pagesOfAll) + 1;
  if (most !== undefined && count.puts > most) throw new Error(`${name}: ${count.puts} objects, and ${most} at most`);
  const share = `${((100 * count.putBytes) / whole).toFixed(2)} %`;
  const atMost = most === undefined ? '' : most.toLocaleString('en-US');
  rows.push([name, count.puts.toLocaleString('en-US'), atMost, mebibytes(count.putBytes), share, seconds(ms)]);
  return count;
}

async function write(node: Node, keys: readonly number[]): Promise<void> {
  let next = 0;
  async function writer(): Promise<void> {
    while (next < keys.length) {
      const some = keys.slice(next, (next += operationsPerTransaction));
      const success = some.map((index) => putRequest(keyOf(index), randomBytes(valueBytes), {}));
      await node.request({ kind: 'txn', compare: [], success, failure: [] });
    }
  }
  await Promise.all(Array.from({ length: transactionsAtOnce }, writer));
}

function keyOf(index: number): string {
  return `/registry/bench/${String(index).padStart(48, '0')}`;
}

function range(count: number, first = 0): readonly number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

/** Spread over the whole, each key once. */
function sample(count: number): readonly number[] {
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(Math.floor(Math.random() * keyCount));
  return [...chosen];
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(bytes < 2 ** 20 ? 2 : 1);
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}

function progress(text: string): void {
  console.error(text);
}
