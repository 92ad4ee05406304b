/** A store filled by real nodes: several reigns, checkpoints, a compaction, leases, deletes; and what every revision held. */
import { createMemoryDisk } from '../../src/adapters/memory-disk.ts';
import { createMemoryLocalStore } from '../../src/adapters/memory-local-store.ts';
import { openMemoryStore } from '../../src/adapters/memory-store/memory-store.ts';
import { createNodeCompression } from '../../src/adapters/node-compression.ts';
import { createNodeDigest } from '../../src/adapters/node-digest.ts';
import { createSystemClock } from '../../src/adapters/system-clock.ts';
import { createSystemRandom } from '../../src/adapters/system-random.ts';
import type { Core } from '../../src/core/core.ts';
import type { Task } from '../../src/core/task.ts';
import { startNode, type NodeOptions } from '../../src/host/node.ts';
import { runTool } from '../../src/host/run-tool.ts';
import { T4 } from '../../src/library/t4.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';
import { unhurried } from '../support/unhurried.ts';

export const edges = () => ({
  clock: createSystemClock(),
  random: createSystemRandom(),
  digest: createNodeDigest(),
  compression: createNodeCompression(),
});

export type Content = ReadonlyMap<string, string>;

export interface Filled {
  readonly store: ObjectStore;
  /** By revision. */
  readonly contents: ReadonlyMap<number, Content>;
  readonly revision: number;
  /** Of the one compaction, and the head when it came. */
  readonly compactRevision: number;
  readonly compactedAt: number;
}

export async function withNode<Result>(
  store: ObjectStore,
  use: (database: T4) => Promise<Result>,
  settings: Partial<NodeOptions> = {},
): Promise<Result> {
  const node = startNode({
    ...edges(),
    checkpointSegments: 12,
    checkpointChunkBytes: 256,
    ...unhurried,
    ...settings,
    store,
    localStore: createMemoryLocalStore(),
    disk: createMemoryDisk(),
    memberId: 1n,
    name: 'filler',
    clientUrls: [],
    log: () => undefined,
  });
  await node.whenReady();
  const database = new T4(node, async () => undefined);
  try {
    return await use(database);
  } finally {
    await node.close();
  }
}

export async function fillStore(settings: Partial<NodeOptions> = {}, reigns = 5): Promise<Filled> {
  const store = openMemoryStore();
  const contents = new Map<number, Content>([[1, new Map()]]);
  let content = new Map<string, string>();
  let revision = 1;
  let compactedAt = 0;
  const became = (at: number): void => {
    revision = at;
    contents.set(at, new Map(content));
  };
  for (let reign = 0; reign < reigns; reign++) {
    await withNode(
      store,
      async (database) => {
        const lease = await database.lease({ ttlSeconds: 600 });
        for (let step = 0; step < 40; step++) {
          const key = `key-${(step * 7 + reign) % 23}`;
          if (step % 9 === 8 && content.has(key)) {
            const deleted = await database.delete(key);
            content.delete(key);
            became(deleted.revision);
          } else {
            const value = `${reign}/${step} ${'x'.repeat(step)}`;
            const put = await database.put(key, value, step % 13 === 0 ? { lease: lease.id } : {});
            content.set(key, value);
            became(put.revision);
          }
          if (reign !== 1 || step !== 20) continue;
          compactedAt = revision;
          await database.compact(revision - 10);
        }
        const held = new Set((await lease.state({ keys: true })).keys.map((key) => new TextDecoder().decode(key)));
        await lease.revoke();
        content = new Map([...content].filter(([key]) => !held.has(key)));
        if (held.size > 0) became(revision + 1);
      },
      settings,
    );
  }
  return { store, contents, revision, compactRevision: compactedAt - 10, compactedAt };
}

export function tool<Result>(
  store: ObjectStore,
  task: (core: Core) => Task<Result>,
  signal?: AbortSignal,
  storePatienceMs = 30_000,
): Promise<Result> {
  const options = { ...edges(), store, home: '', log: () => undefined, storePatienceMs };
  return runTool(signal === undefined ? options : { ...options, signal }, task);
}

/** Every key of the store. */
export async function keysOf(store: ObjectStore, prefix = ''): Promise<string[]> {
  const keys: string[] = [];
  for (;;) {
    const last = keys.at(-1);
    const listed = await store.list(prefix, last === undefined ? {} : { after: last });
    if (listed.kind !== 'ok') throw new Error('a memory store lists');
    keys.push(...listed.objects.map(({ key }) => key));
    if (!listed.more) return keys;
  }
}

export async function bytesOfObject(store: ObjectStore, key: string): Promise<Uint8Array> {
  const found = await store.get(key);
  if (found.kind !== 'ok') throw new Error(`${key} is there`);
  return found.body;
}

/** Another store with the same content, to do harm to. */
export async function copyOfStore(store: ObjectStore): Promise<ObjectStore> {
  const copy = openMemoryStore();
  for (const key of await keysOf(store)) await copy.put(key, await bytesOfObject(store, key), { kind: 'none' });
  return copy;
}
