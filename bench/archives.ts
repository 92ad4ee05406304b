/**
 * What a replay of a long log asks of a folder store, slot by slot and from archives: requests, bytes and time.
 *
 *   node bench/archives.ts [slots]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNodeCompression } from '../src/adapters/node-compression.ts';
import { createNodeDigest } from '../src/adapters/node-digest.ts';
import { createSystemClock } from '../src/adapters/system-clock.ts';
import { createSystemRandom } from '../src/adapters/system-random.ts';
import { createMemoryDisk } from '../src/adapters/memory-disk.ts';
import { createMemoryLocalStore } from '../src/adapters/memory-local-store.ts';
import { openObjectStore } from '../src/adapters/open-store.ts';
import { collectOnce } from '../src/core/collect/collect-once.ts';
import type { Core } from '../src/core/core.ts';
import type { Task } from '../src/core/task.ts';
import { stateAt } from '../src/core/tool/state-at.ts';
import { startNode } from '../src/host/node.ts';
import { runTool } from '../src/host/run-tool.ts';
import { T4 } from '../src/library/t4.ts';
import { countingStore, sumOf, type CountingStore } from './counting-store.ts';

const slots = Number(process.argv[2] ?? 20_000);
const valueBytes = 256;
const folder = mkdtempSync(join(tmpdir(), 't4-bench-archives-'));
const store = countingStore(await openObjectStore(`file:${folder}`));
const adapters = () => ({
  clock: createSystemClock(),
  random: createSystemRandom(),
  digest: createNodeDigest(),
  compression: createNodeCompression(),
});

async function fill(): Promise<void> {
  const node = startNode({
    ...adapters(),
    store,
    localStore: createMemoryLocalStore(),
    disk: createMemoryDisk(),
    memberId: 1n,
    name: 'bench',
    clientUrls: [],
    retention: { kind: 'for-ever' },
    checkpointSegments: 100,
    collectIntervalMs: 0,
    log: () => undefined,
  });
  await node.whenReady();
  const database = new T4(node, async () => undefined);
  // One at a time, so that each is a slot of its own.
  for (let index = 0; index < slots; index++) {
    const words = `value ${index} of key ${index % 1_000} `;
    await database.put(`key-${index % 1_000}`, words.repeat(Math.ceil(valueBytes / words.length)).slice(0, valueBytes));
  }
  await node.close();
}

function tool<Result>(task: (core: Core) => Task<Result>): Promise<Result> {
  return runTool({ ...adapters(), store, home: '', log: () => undefined, storePatienceMs: 60_000 }, task);
}

/** From the oldest checkpoint on, so that the whole log is read. */
async function replay(name: string, counted: CountingStore): Promise<void> {
  counted.taken();
  const began = performance.now();
  const found = await tool((core) => stateAt(core, { kind: 'end' }, () => undefined, 'oldest-first'));
  const seconds = (performance.now() - began) / 1_000;
  if (found.kind !== 'state') throw new Error('the log is whole');
  const counts = counted.taken();
  const log = sumOf(counts, ['log']);
  const archives = sumOf(counts, ['archives']);
  report(name, {
    revision: found.position.revision,
    seconds: seconds.toFixed(2),
    'GETs of slots': log.gets,
    'GETs of archives': archives.gets,
    'MiB read': ((log.getBytes + archives.getBytes) / 1024 / 1024).toFixed(1),
  });
}

function report(name: string, figures: Readonly<Record<string, string | number>>): void {
  const words = Object.entries(figures).map(([what, figure]) => `${what} ${figure}`);
  process.stdout.write(`${name}: ${words.join(', ')}\n`);
}

try {
  await fill();
  await replay(`replay of ${slots} slots, each an object`, store);
  store.taken();
  const began = performance.now();
  const settings = { retention: undefined, graceMs: 0, youngMs: 0, dryRun: false };
  const made = await tool((core) => collectOnce(core, settings));
  const seconds = ((performance.now() - began) / 1_000).toFixed(2);
  const written = sumOf(store.taken(), ['archives']);
  report('archiving', {
    slots: made.slotsArchived,
    seconds,
    PUTs: written.puts,
    'MiB written': (written.putBytes / 1024 / 1024).toFixed(1),
  });
  const swept = await tool((core) => collectOnce(core, settings));
  report('deleting', { slots: swept.deleted.slots });
  await replay(`replay of ${slots} slots, in archives`, store);
} finally {
  await store.close();
  rmSync(folder, { recursive: true });
}
