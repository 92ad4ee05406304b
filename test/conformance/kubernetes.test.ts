import { describe, expect, test } from 'vitest';
import { KVDefinition, type RangeStreamResponse } from '../../src/server/generated/etcdserverpb/kv.ts';
import { conformTo } from './harness/conform.ts';
import { compactorKey, kubernetes } from './harness/kubernetes.ts';
import { rangeOf } from './harness/message.ts';
import { usePair } from './harness/pair.ts';
import type { Session } from './harness/session.ts';

/** What Kubernetes' API server asks of etcd, form by form. */
const pair = usePair();
const conform = conformTo(pair);

const pods = '/registry/pods/';
const events = '/registry/events/default/';

/** Seven pods, created one by one: the revisions from base + 1 on. */
async function createPods(session: Session): Promise<void> {
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) await session.txn(kubernetes.create(`${pods}${name}`, name));
}

describe('objects', () => {
  conform('are created, and not twice', async (session) => {
    await session.txn(kubernetes.create(`${pods}a`, '1'));
    await session.txn(kubernetes.create(`${pods}a`, '2'));
    await session.range({ key: `${pods}a`, limit: 1 });
    await session.range({ key: `${pods}none`, limit: 1 });
  });

  conform('are read at a revision, gone ones too', async (session) => {
    await session.txn(kubernetes.create(`${pods}a`, '1'));
    await session.txn(kubernetes.update(`${pods}a`, '2', session.base + 1));
    await session.txn(kubernetes.delete(`${pods}a`, session.base + 2));
    for (const revision of [0, 1, 2, 3, 4]) {
      await session.range({ key: `${pods}a`, limit: 1, revision: revision === 0 ? 0 : session.base + revision });
    }
  });

  conform('are updated by whoever read them last, the other reads what it is now', async (session) => {
    const key = `${pods}a`;
    await session.txn(kubernetes.create(key, '0'));
    await session.txn(kubernetes.update(key, 'first', session.base + 1));
    await session.txn(kubernetes.update(key, 'second', session.base + 1));
    await session.txn(kubernetes.update(key, 'second', session.base + 2));
    await session.txn(kubernetes.update(`${pods}none`, 'x', session.base + 1));
  });

  conform('are deleted as they were read, or not', async (session) => {
    const key = `${pods}a`;
    await session.txn(kubernetes.create(key, '0'));
    await session.txn(kubernetes.update(key, '1', session.base + 1));
    await session.txn(kubernetes.delete(key, session.base + 1));
    await session.txn(kubernetes.delete(key, session.base + 2));
    await session.txn(kubernetes.delete(key, session.base + 2));
    await session.txn(kubernetes.create(key, 'again'));
  });
});

describe('lists', () => {
  conform('in pages of one revision, whatever happens meanwhile', async (session) => {
    await createPods(session);
    const revision = session.base + 7;
    await session.range(kubernetes.list(pods, 3));
    await session.txn(kubernetes.delete(`${pods}d`, session.base + 4));
    await session.txn(kubernetes.create(`${pods}cc`, 'new'));
    await session.txn(kubernetes.update(`${pods}e`, 'changed', session.base + 5));
    await session.range(kubernetes.pageAfter(pods, `${pods}c`, 3, revision));
    await session.range(kubernetes.pageAfter(pods, `${pods}f`, 3, revision));
    await session.range(kubernetes.pageAfter(pods, `${pods}g`, 3, revision));
    await session.range(kubernetes.list(pods, 500));
  });

  conform('in pages whose revision is compacted away', async (session) => {
    await createPods(session);
    await session.range(kubernetes.list(pods, 3));
    await session.txn(kubernetes.create(`${pods}h`, 'new'));
    await session.compact(session.base + 8);
    await session.range(kubernetes.pageAfter(pods, `${pods}c`, 3, session.base + 7));
    await session.range(kubernetes.pageAfter(pods, `${pods}c`, 3, session.base + 8));
    await session.range(kubernetes.pageAfter(pods, `${pods}c`, 3, session.base + 9));
  });

  conform('counts, and keys alone', async (session) => {
    await createPods(session);
    await session.range({ ...kubernetes.list(pods), countOnly: true });
    await session.range({ ...kubernetes.list('/registry/none/'), countOnly: true });
    await session.range({ ...kubernetes.list(pods), keysOnly: true });
    await session.range({ key: '/registry/health' });
  });

  conform('do not mix with what is beside them', async (session) => {
    for (const key of ['/registry/pod', '/registry/pods', '/registry/pods/a', '/registry/pods0', '/registry/podsx/a']) {
      await session.txn(kubernetes.create(key, key));
    }
    await session.range(kubernetes.list(pods));
  });
});

describe('watches', () => {
  conform('go on from a list, with what each object was', async (session) => {
    await createPods(session);
    const watch = session.watch();
    watch.create(kubernetes.watch(pods, session.base + 5));
    await watch.events(2);
    await session.txn(kubernetes.update(`${pods}a`, 'changed', session.base + 1));
    await session.txn(kubernetes.create('/registry/services/a', 'not watched'));
    await session.txn(kubernetes.delete(`${pods}b`, session.base + 2));
    await watch.events(2);
  });

  conform('of many kinds on one stream, and progress of all of them', async (session) => {
    const watch = session.watch();
    for (const kind of ['pods', 'services', 'nodes']) {
      watch.create(kubernetes.watch(`/registry/${kind}/`, session.base));
      await watch.next();
    }
    await session.txn(kubernetes.create('/registry/nodes/a', '1'));
    await watch.next();
    await session.txn(kubernetes.create('/registry/pods/a', '1'));
    await watch.next();
    watch.progress();
    await watch.next();
    await session.txn(kubernetes.create('/registry/other/a', 'moves the revision alone'));
    watch.progress();
    await watch.next();
  });

  conform('from what is compacted are ended with the revision to list again from', async (session) => {
    await createPods(session);
    await session.compact(session.base + 5);
    const watch = session.watch();
    watch.create(kubernetes.watch(pods, session.base + 1));
    await watch.next(2);
    watch.create(kubernetes.watch(pods, session.base + 4));
    await watch.next();
    await watch.events(3);
  });
});

describe('leases of events', () => {
  conform('end with the events that nobody renews', async (session) => {
    await session.grant(77, 2);
    for (const name of ['a', 'b', 'c']) await session.txn(kubernetes.create(`${events}${name}`, name, 77));
    await session.txn(kubernetes.create(`${events}kept`, 'kept'));
    // Without its lease now.
    await session.txn(kubernetes.update(`${events}c`, 'kept too', session.base + 3));
    const watch = session.watch();
    watch.create(kubernetes.watch(events, session.base + 5));
    await watch.next();
    await watch.events(2);
    await session.range(kubernetes.list(events));
  });
});

describe('compaction', () => {
  conform('by one server at a time', async (session) => {
    await createPods(session);
    const watch = session.watch();
    watch.create({ key: compactorKey, startRevision: session.base + 1 });
    await watch.next();
    await session.txn(kubernetes.compactorTurn(0, '0'));
    await session.txn(kubernetes.compactorTurn(0, '0'));
    await session.txn(kubernetes.compactorTurn(1, String(session.base + 7)));
    await watch.events(2);
    await session.compact(session.base + 7);
    await session.compact(session.base + 7);
    await session.range({ key: compactorKey });
    await session.range({ ...kubernetes.list(pods), revision: session.base + 6 });
    await session.range({ ...kubernetes.list(pods), revision: session.base + 7 });
  });
});

describe('a range in chunks', () => {
  test('is the range', async () => {
    await pair.reset();
    const { client } = pair.ours();
    const values = 'x'.repeat(1_000);
    const writes = Array.from({ length: 3_000 }, (_, index) =>
      client.call(KVDefinition, 'txn', kubernetes.create(`${pods}${index}`, values)),
    );
    await Promise.all(writes);
    for (const fields of [{}, { limit: 1_234 }, { limit: 3_000 }, { countOnly: true }, { keysOnly: true }]) {
      const request = rangeOf({ ...kubernetes.list(pods), ...fields });
      const { header, kvs, ...rest } = await client.call(KVDefinition, 'range', request);
      const chunks = await chunksOf(request);
      expect(chunks.flatMap((chunk) => chunk.kvs)).toEqual(kvs);
      expect(chunks.at(-1)).toMatchObject({ header, ...rest });
      expect(chunks.length > 1).toBe(kvs.length > 100);
    }
  });
});

async function chunksOf(request: ReturnType<typeof rangeOf>) {
  const stream = pair.ours().client.open(KVDefinition, 'rangeStream');
  stream.write(request);
  stream.end();
  const chunks: RangeStreamResponse[] = [];
  for await (const chunk of stream as AsyncIterable<RangeStreamResponse>) chunks.push(chunk);
  return chunks.map(({ rangeResponse }) => rangeResponse!);
}
