/**
 * `npm run bench:checkpoint`: what a checkpoint costs after small changes, and a start from nothing but the store.
 *
 *   node bench/checkpoint.ts [--keys 1000000] [--folder PATH]
 *
 * One process, a store in a folder. Values are random, so compression gains nothing on them: the figures are the worst case.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { createNodeCompression } from '../src/adapters/node-compression.ts';
import { createNodeDigest } from '../src/adapters/node-digest.ts';
import { openDataFolder } from '../src/adapters/data-folder.ts';
import { openObjectStore } from '../src/adapters/open-store.ts';
import { createSystemClock } from '../src/adapters/system-clock.ts';
import { createSystemRandom } from '../src/adapters/system-random.ts';
import { startNode, type Node } from '../src/host/node.ts';
import { putRequest, rangeRequest } from '../src/library/requests.ts';
import { countingStore, sumOf, type CountingStore, type StoreCount } from './counting-store.ts';
import { machineFacts } from './machine.ts';

const { values: options } = parseArgs({
  options: { keys: { type: 'string', default: '1000000' }, folder: { type: 'string', default: tmpdir() } },
});
const keyCount = Number(options.keys);
const valueBytes = 256;
const operationsPerTransaction = 120;
const transactionsAtOnce = 32;
const checkpointKinds = ['chunks', 'pages', 'checkpoints'];
const folder = await mkdtemp(join(options.folder, 't4-checkpoint-bench-'));
const rows: string[][] = [];

try {
  await bench();
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function bench(): Promise<void> {
  const facts = await machineFacts(folder, undefined);
  const store = countingStore(await openObjectStore(`file:${join(folder, 'store')}`));
  let { node, close } = await start(store, 'first');
  progress(`writing ${keyCount} keys`);
  await write(node, range(keyCount));
  store.taken();
  const whole = await checkpoint(node, store, 'the first: everything', keyCount * (64 + valueBytes));
  const few = Math.max(1, Math.round(keyCount / 1_000));
  await write(node, sample(few));
  await checkpoint(node, store, `after ${few} keys at random`, whole.putBytes);
  const first = Math.floor(keyCount / 2);
  await write(node, range(few, first));
  await checkpoint(node, store, `after ${few} keys beside each other`, whole.putBytes);
  await checkpoint(node, store, 'after nothing', whole.putBytes);
  await close();
  store.taken();
  globalThis.gc?.();
  progress('starting from the store alone');
  const begun = performance.now();
  ({ node, close } = await start(store, 'second'));
  const readyMs = performance.now() - begun;
  await node.request(rangeRequest(keyOf(first), {}));
  const readMs = performance.now() - begun;
  const read = sumOf(store.taken(), ['chunks', 'pages', 'checkpoints', 'log', 'control', 'manifest']);
  await close();
  const peakMiB = Math.round(process.resourceUsage().maxRSS / 1_024);
  console.log(
    `${facts.processor}, ${facts.cores} cores, ${facts.memoryGiB} GiB, Node ${facts.node}, load before ${facts.loadBefore.toFixed(1)}`,
  );
  console.log(`${keyCount} keys of 64 bytes, values of ${valueBytes} random bytes\n`);
  console.log(table([['checkpoint', 'objects', 'MiB', 'of the whole', 'seconds'], ...rows]));
  console.log(
    `\nFrom an empty folder: ready after ${seconds(readyMs)} s, first read answered after ${seconds(readMs)} s, ` +
      `${read.gets} GETs, ${mebibytes(read.getBytes)} MiB. Peak memory of the process in all: ${peakMiB} MiB.`,
  );
}

async function start(store: CountingStore, name: string): Promise<{ node: Node; close: () => Promise<void> }> {
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
    log: (level, message, fields) => level === 'info' && progress(`${message} ${JSON.stringify(fields)}`),
  });
  await node.whenReady();
  return {
    node,
    async close() {
      await node.close();
      await local.close();
    },
  };
}

async function checkpoint(node: Node, store: CountingStore, name: string, whole: number): Promise<StoreCount> {
  store.taken();
  const begun = performance.now();
  await node.request({ kind: 'checkpoint' });
  const ms = performance.now() - begun;
  const count = sumOf(store.taken(), checkpointKinds);
  const share = `${((100 * count.putBytes) / whole).toFixed(2)} %`;
  rows.push([name, String(count.puts), mebibytes(count.putBytes), share, seconds(ms)]);
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

function table(lines: readonly (readonly string[])[]): string {
  const [head = [], ...rest] = lines.map((line) => `| ${line.join(' | ')} |`);
  return [head, `| ${lines[0]!.map((_, index) => (index === 0 ? '---' : '---:')).join(' | ')} |`, ...rest].join('\n');
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
