import { beforeAll, describe, expect, test } from 'vitest';
import { createMemoryDisk } from '../../src/adapters/memory-disk.ts';
import { createMemoryLocalStore } from '../../src/adapters/memory-local-store.ts';
import { stateHashAt, type StateHash } from '../../src/core/tool/state-hash.ts';
import type { HashKvResponse } from '../../src/core/types/response.ts';
import { startNode, type Node } from '../../src/host/node.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';
import type { LocalStore } from '../../src/ports/local-store.ts';
import { openMemoryStore } from '../../src/adapters/memory-store/memory-store.ts';
import { put } from '../property/state-requests.ts';
import { edges, fillStore, tool, type Filled } from './filled-store.ts';
import { unhurried } from '../support/unhurried.ts';

/** The hash of a running node, of the next one that recovers from checkpoints, and of a reader of the store. */

let filled: Filled;
beforeAll(async () => {
  filled = await fillStore();
});

async function withPlainNode<Result>(
  store: ObjectStore,
  use: (node: Node) => Promise<Result>,
  localStore = createMemoryLocalStore(),
): Promise<Result> {
  const node = startNode({
    ...edges(),
    ...unhurried,
    store,
    localStore,
    disk: createMemoryDisk(),
    // Values are read from the local store.
    valueCacheBytes: 0,
    memberId: 1n,
    name: 'hashing',
    clientUrls: [],
    log: () => undefined,
  });
  await node.whenReady();
  try {
    return await use(node);
  } finally {
    await node.close();
  }
}

async function hashOf(node: Node, revision: number): Promise<HashKvResponse> {
  return (await node.request<'hash-kv'>({ kind: 'hash-kv', revision })).response;
}

function fromStore(
  revision: number,
  order: 'newest-first' | 'oldest-first' = 'newest-first',
  compactRevision: number | undefined = undefined,
): Promise<StateHash> {
  return tool(filled.store, (core) => stateHashAt(core, { revision, compactRevision, order }));
}

describe('the hash of the state', () => {
  test('is the same from the node and from the store, at every revision, and after a restart', async () => {
    const { compactRevision, revision } = filled;
    const localStore = createMemoryLocalStore();
    const first = await withPlainNode(
      filled.store,
      async (node) => {
        const hashes: HashKvResponse[] = [];
        for (let at = compactRevision; at <= revision; at++) hashes.push(await hashOf(node, at));
        return hashes;
      },
      localStore,
    );
    for (const { hashRevision, hash } of first) {
      for (const order of ['newest-first', 'oldest-first'] as const) {
        const expected = { kind: 'hash', hash, hashRevision, compactRevision };
        expect(await fromStore(hashRevision, order, compactRevision)).toMatchObject(expected);
      }
    }
    expect(new Set(first.map(({ hash }) => hash)).size).toBe(first.length);
    for (const local of [localStore, createMemoryLocalStore()]) {
      await withPlainNode(
        filled.store,
        async (node) => {
          for (const hashed of first.filter((_, index) => index % 17 === 0)) {
            expect(await hashOf(node, hashed.hashRevision)).toEqual(hashed);
          }
          expect(await hashOf(node, 0)).toEqual(first.at(-1));
        },
        local,
      );
    }
  });

  test('is told of the compaction that the log has by then, or of a later one', async () => {
    const { compactedAt, compactRevision } = filled;
    expect(await fromStore(compactedAt - 1)).toMatchObject({ kind: 'hash', compactRevision: 0 });
    expect(await fromStore(compactedAt)).toMatchObject({ kind: 'hash', compactRevision });
    expect(await fromStore(compactedAt, 'newest-first', compactRevision - 1)).toEqual({
      kind: 'compacted-since',
      compactRevision,
    });
    expect(await fromStore(filled.revision + 1)).toMatchObject({ kind: 'future' });
  });

  test('is asked for by many at once, while compactions come and their leftovers go', async () => {
    const { store } = await fillStore({}, 1);
    await withPlainNode(store, async (node) => {
      const again = (value: string) => node.request<'put'>(put('again', value));
      const { header } = await again('first');
      const { revision } = header;
      const before = await hashOf(node, revision);
      const asked = Array.from({ length: 20 }, () => hashOf(node, revision));
      const compacted = node.request<'compact'>({ kind: 'compact', revision, physical: true });
      await Promise.all([again('second'), compacted]);
      const hashes = await Promise.all(asked);
      // Each is of the compaction that it names, and of no other.
      const after = await hashOf(node, revision);
      expect(after.compactRevision).toBe(revision);
      for (const hashed of hashes) expect([before, after]).toContainEqual(hashed);
      await again('third');
      await node.request<'compact'>({ kind: 'compact', revision: revision + 1, physical: false });
      await expect(hashOf(node, revision)).rejects.toThrow('etcdserver: mvcc: required revision has been compacted');
      await expect(hashOf(node, revision + 3)).rejects.toThrow(
        'etcdserver: mvcc: required revision is a future revision',
      );
    });
  });

  test('holds back what would take its values away', async () => {
    const local = createMemoryLocalStore();
    let held = Promise.resolve();
    const slow: LocalStore = {
      ...local,
      async getMany(keys) {
        await held;
        return local.getMany(keys);
      },
    };
    await withPlainNode(
      openMemoryStore(),
      async (node) => {
        const puts = Array.from({ length: 2_000 }, (_, index) => node.request<'put'>(put('same', `${index}`)));
        const { header } = (await Promise.all(puts)).at(-1)!;
        const { revision } = header;
        const before = await hashOf(node, revision);
        const gate = Promise.withResolvers<void>();
        held = gate.promise;
        const asked = hashOf(node, revision);
        const compacted = node.request<'compact'>({ kind: 'compact', revision, physical: true });
        await node.request<'put'>(put('same', 'later'));
        gate.resolve();
        expect(await asked).toEqual(before);
        await compacted;
        expect((await hashOf(node, revision)).compactRevision).toBe(revision);
        const { response } = await node.request<'status'>({ kind: 'status' });
        expect(response).toMatchObject({ role: 'leader', epoch: 1, versions: 2 });
      },
      slow,
    );
  });

  test('is not waited for by who is gone, and ends with the node', async () => {
    await withPlainNode(filled.store, async (node) => {
      const gone = new AbortController();
      const abandoned = node.request<'hash-kv'>({ kind: 'hash-kv', revision: 0 }, gone.signal);
      gone.abort();
      await expect(abandoned).rejects.toThrow('context canceled');
      expect(await hashOf(node, 0)).toMatchObject({ hashRevision: filled.revision });
      const asked = hashOf(node, 0);
      const closed = node.close();
      await expect(asked).rejects.toThrow('etcdserver: server stopped');
      await closed;
    });
  });
});
