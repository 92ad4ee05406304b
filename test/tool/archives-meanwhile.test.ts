import { expect, test } from 'vitest';
import { createMemoryDisk } from '../../src/adapters/memory-disk.ts';
import { createMemoryLocalStore } from '../../src/adapters/memory-local-store.ts';
import { openMemoryStore } from '../../src/adapters/memory-store/memory-store.ts';
import { collectOnce } from '../../src/core/collect/collect-once.ts';
import { slotKey } from '../../src/core/format/keys.ts';
import { decodeManifest } from '../../src/core/format/manifest.ts';
import { verifyDatabase } from '../../src/core/tool/verify/verify.ts';
import type { Manifest } from '../../src/core/types/log.ts';
import { startNode } from '../../src/host/node.ts';
import { T4 } from '../../src/library/t4.ts';
import type { Disk } from '../../src/ports/disk.ts';
import type { LocalStore } from '../../src/ports/local-store.ts';
import type { GetOutcome, ObjectStore } from '../../src/ports/object-store.ts';
import { bytesOfObject, edges, keysOf, tool } from './filled-store.ts';
import { unhurried } from '../support/unhurried.ts';

/** A collector archives slots, merges archives and deletes both between what a node reads of the manifest and what it reads of the log. */

interface Member {
  readonly localStore: LocalStore;
  readonly disk: Disk;
}

const member = (): Member => ({ localStore: createMemoryLocalStore(), disk: createMemoryDisk() });

async function live<Result>(
  store: ObjectStore,
  { localStore, disk }: Member,
  use: (database: T4) => Promise<Result>,
): Promise<{ readonly result: Result; readonly told: readonly string[] }> {
  const told: string[] = [];
  const node = startNode({
    ...edges(),
    ...unhurried,
    checkpointSegments: 12,
    checkpointChunkBytes: 256,
    collectIntervalMs: 0,
    store,
    localStore,
    disk,
    memberId: 1n,
    name: 'member',
    clientUrls: [],
    log: (_level, message) => void told.push(message),
  });
  await node.whenReady();
  try {
    return { result: await use(new T4(node, async () => undefined)), told };
  } finally {
    await node.close();
  }
}

async function write(database: T4, from: number, count: number): Promise<void> {
  for (let index = from; index < from + count; index++) await database.put(`key/${index}`, `${index}`);
}

/** Archives, and deletes at once what is archived. */
async function collect(store: ObjectStore, archiveBytes: number): Promise<void> {
  const settings = { retention: { kind: 'for-ever' }, youngMs: 0, graceMs: 0, dryRun: false } as const;
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    await tool(store, (core) => {
      const configuration = { ...core.configuration, archiveSegments: 5, archiveBytes };
      return collectOnce({ ...core, configuration }, settings);
    });
  }
}

/** `before` is done when an object with this prefix is first asked for. */
function atFirstGet(store: ObjectStore, prefix: string, before: () => Promise<void>): ObjectStore {
  let done: Promise<void> | undefined;
  return {
    ...store,
    async get(key, range): Promise<GetOutcome> {
      if (key.startsWith(prefix)) await (done ??= before());
      return store.get(key, range);
    },
  };
}

async function manifestOf(store: ObjectStore): Promise<Manifest> {
  const read = decodeManifest('manifest', await bytesOfObject(store, 'manifest'), edges().digest);
  if (read.kind !== 'ok') throw new Error('it was whole');
  return read.value;
}

/** A member stands at the slot that it applied last; others have gone on since, far enough for it to be archived. */
async function laggard(): Promise<{ store: ObjectStore; lagging: Member; slot: number }> {
  const store = openMemoryStore();
  const lagging = member();
  await live(store, lagging, (database) => write(database, 0, 40));
  const slot = (await keysOf(store, 'log/')).length;
  await live(store, member(), (database) => write(database, 40, 60));
  return { store, lagging, slot };
}

async function keysHeld(database: T4): Promise<number> {
  return (await database.range({ prefix: 'key/' })).count;
}

test('the slot of a local store’s place is archived while it is looked for', async () => {
  const { store, lagging, slot } = await laggard();
  const watched = atFirstGet(store, slotKey(slot), () => collect(store, 100_000));
  const { result, told } = await live(watched, lagging, keysHeld);
  expect(await keysOf(store, slotKey(slot))).toEqual([]);
  expect(result).toBe(100);
  expect(told).toContain('local state reused: its place in the log is proved');
});

test('the archive of a local store’s place is merged while it is looked for', async () => {
  const { store, lagging, slot } = await laggard();
  await collect(store, 100_000);
  await live(store, member(), (database) => write(database, 100, 150));
  const [former] = await keysOf(store, 'archives/');
  const watched = atFirstGet(store, former!, () => collect(store, 1_000_000));
  const { result, told } = await live(watched, lagging, keysHeld);
  expect(await keysOf(store, slotKey(slot))).toEqual([]);
  expect(await keysOf(store, former)).toEqual([]);
  expect(result).toBe(250);
  expect(told).toContain('local state reused: its place in the log is proved');
});

test('an archive that another collector condemned between its upload and its naming is never named', async () => {
  const { store } = await laggard();
  let condemned: string | undefined;
  const overtaken: ObjectStore = {
    ...store,
    async put(key, body, condition) {
      const outcome = await store.put(key, body, condition);
      if (condemned !== undefined || !key.startsWith('archives/')) return outcome;
      condemned = key;
      const settings = { retention: { kind: 'for-ever' }, youngMs: 0, graceMs: 3_600_000, dryRun: false } as const;
      const taken = await tool(store, (core) =>
        collectOnce({ ...core, configuration: { ...core.configuration, archiveSegments: 0 } }, settings),
      );
      expect(taken.condemned.objects).toBeGreaterThan(0);
      return outcome;
    },
  };
  await collect(overtaken, 100_000);
  const { archives } = await manifestOf(store);
  expect(condemned).toBeDefined();
  expect(archives.map(({ key }) => key.slice(1))).not.toContain(condemned);
  expect(archives.at(-1)!.lastSlot).toBeGreaterThan(20);
  expect(await keysOf(store, condemned)).toEqual([]);
  expect((await tool(store, verifyDatabase)).findings).toEqual([]);
});
