import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clientErrors } from '../../src/core/types/error.ts';
import { watchResponsesWaitingMax } from '../../src/server/limits.ts';
import { type Answer, connect, ended, messages, until } from './etcd-client.ts';
import {
  clusterIdText,
  type FakeWatch,
  keyValue,
  leadingStatus,
  memberIdText,
  watchResponse,
} from './fake-database.ts';
import { serve, type Served } from './harness.ts';

let served: Served;

beforeEach(async () => {
  served = await serve();
});

afterEach(() => served.stop());

const header = { cluster_id: clusterIdText, member_id: memberIdText, revision: '41', raft_term: '7' };
const created = watchResponse({ created: true });

async function open() {
  const stream = served.client.duplex('Watch/Watch');
  stream.write({ create_request: { key: Buffer.from('k') } });
  await until(() => served.database.watches[0]?.created.length === 1);
  return { stream, watch: served.database.watches[0] as FakeWatch };
}

describe('requests', () => {
  test('wait while very many answers are not read', async () => {
    const { stream, watch } = await open();
    const cancelReason = 'r'.repeat(1_000);
    const count = 2 * watchResponsesWaitingMax;
    for (let index = 0; index < count; index++) watch.consumer.response(watchResponse({ cancelReason }));
    for (let index = 0; index < 20; index++) stream.write({ progress_request: {} });
    const other = await connect(served.address);
    for (let round = 0; round < 20; round++) await other.call('Maintenance/Status', {});
    other.close();
    expect(watch.progressRequests).toBeLessThanOrEqual(1);
    expect(await messages(stream, count)).toHaveLength(count);
    await until(() => watch.progressRequests === 20);
    stream.cancel();
  });

  test('are passed on with every field', async () => {
    const stream = served.client.duplex('Watch/Watch');
    stream.write({
      create_request: {
        key: Buffer.from('k'),
        range_end: Buffer.from('l'),
        start_revision: 17,
        progress_notify: true,
        filters: [0, 1, 99],
        prev_kv: true,
        watch_id: '-3',
        fragment: true,
      },
    });
    stream.write({ create_request: { start_revision: -1 } });
    stream.write({});
    stream.write({ cancel_request: { watch_id: '12' } });
    stream.write({ progress_request: {} });
    await until(() => served.database.watches[0]?.progressRequests === 1);
    const [watch] = served.database.watches;
    expect(watch?.created).toEqual([
      {
        key: 'k',
        rangeEnd: 'l',
        watchId: -3n,
        startRevision: 17,
        progressNotify: true,
        noPut: true,
        noDelete: true,
        previousKv: true,
        fragment: true,
      },
      {
        key: '\0',
        rangeEnd: undefined,
        watchId: 0n,
        startRevision: -1,
        progressNotify: false,
        noPut: false,
        noDelete: false,
        previousKv: false,
        fragment: false,
      },
    ]);
    expect(watch?.canceled).toEqual([12n]);
    stream.cancel();
  });

  test('that are no messages end the stream with gRPC’s words', async () => {
    const { client } = served;
    const same = (bytes: Buffer) => bytes;
    const stream = client.client.makeBidiStreamRequest('/etcdserverpb.Watch/Watch', same, same);
    stream.write(Buffer.of(0xff));
    const [error] = (await once(stream, 'error')) as [Error];
    expect(error.message).toMatch(/^13 INTERNAL: grpc: error unmarshalling request: /);
    expect(served.database.watches[0]?.closed).toBe(true);
  });
});

describe('responses', () => {
  test('carry every field; a deletion only its key and revision', async () => {
    const { stream, watch } = await open();
    const tombstone = keyValue('d', { version: 0, createRevision: 0, value: new Uint8Array(0), modRevision: 41 });
    const previous = keyValue('d', { modRevision: 39, lease: 6n });
    watch.consumer.response(created);
    watch.consumer.response(
      watchResponse({
        events: [
          { version: keyValue('k'), previous: undefined },
          { version: tombstone, previous },
        ],
      }),
    );
    watch.consumer.response(watchResponse({ watchId: -1n }));
    watch.consumer.response(watchResponse({ revision: undefined, canceled: true, compactRevision: 9 }));
    watch.consumer.response(watchResponse({ canceled: true, cancelReason: 'why' }));
    const [first, second, progress, compacted, canceled] = await messages(stream, 5);
    expect(first).toMatchObject({ header, created: true });
    expect(second).toMatchObject({
      header,
      events: [{ kv: { key: Buffer.from('k'), value: Buffer.of(1, 2, 3), version: '5' } }, { type: 1 }],
    });
    expect(second.events[0].prev_kv).toBeUndefined();
    expect({ ...second.events[1].kv }).toEqual({ key: Buffer.from('d'), mod_revision: '41' });
    expect(second.events[1].prev_kv).toMatchObject({ mod_revision: '39', lease: '6', value: Buffer.of(1, 2, 3) });
    expect(progress).toMatchObject({ header, watch_id: '-1' });
    expect(compacted).toMatchObject({ canceled: true, compact_revision: '9' });
    expect(compacted.header.revision).toBeUndefined();
    expect(canceled).toMatchObject({ canceled: true, cancel_reason: 'why' });
    await until(() => watch.consumed === 5);
    stream.cancel();
  });

  const large = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      version: keyValue(`k${index}`, { value: new Uint8Array(700_000) }),
      previous: undefined,
    }));
  const sizes = (answers: Answer[]) => answers.map(({ events }) => events.length);
  const fragments = (answers: Answer[]) => answers.map(({ fragment }) => fragment ?? false);

  test('that are large come in fragments to those who asked, and count once', async () => {
    const { stream, watch } = await open();
    watch.consumer.response(watchResponse({ fragment: true, events: large(6) }));
    watch.consumer.response(created);
    const answers = await messages(stream, 4);
    expect(sizes(answers.slice(0, 3))).toEqual([2, 2, 2]);
    expect(fragments(answers)).toEqual([true, true, false, false]);
    expect(answers.slice(0, 3).flatMap(({ events }) => events.map((event: Answer) => event.kv.key.toString()))).toEqual(
      ['k0', 'k1', 'k2', 'k3', 'k4', 'k5'],
    );
    await until(() => watch.consumed === 2);
    stream.cancel();
  });

  test('that are large come whole to everybody else', async () => {
    const { stream, watch } = await open();
    watch.consumer.response(watchResponse({ events: large(6) }));
    expect(sizes(await messages(stream, 1))).toEqual([6]);
    stream.cancel();
  });

  test('are not consumed while the client does not read', async () => {
    const { stream, watch } = await open();
    const count = 40;
    for (let index = 0; index < count; index++) watch.consumer.response(watchResponse({ events: large(1) }));
    // What the connection's windows and the client's own buffer take, and no more.
    const answers = await messages(stream, 1);
    expect(answers).toHaveLength(1);
    expect(watch.consumed).toBeLessThan(count - 1);
    await messages(stream, count - 1);
    await until(() => watch.consumed === count);
    stream.cancel();
  });
});

describe('the end', () => {
  test('of the client’s side is not the end of the stream', async () => {
    const { stream, watch } = await open();
    stream.end();
    watch.consumer.response(created);
    expect(await messages(stream, 1)).toHaveLength(1);
    watch.consumer.response(watchResponse({ events: [{ version: keyValue('k'), previous: undefined }] }));
    expect(await messages(stream, 1)).toMatchObject([{ events: [{}] }]);
    expect(watch.closed).toBe(false);
    stream.cancel();
    await until(() => watch.closed);
  });

  test('by the core comes after what it sent before, in its words', async () => {
    const { stream, watch } = await open();
    watch.consumer.response(created);
    watch.consumer.end(clientErrors.leaderChanged);
    const end = ended(stream);
    expect(await messages(stream, 1)).toMatchObject([{ created: true }]);
    stream.resume();
    expect(await end).toBe('14 etcdserver: leader changed');
    expect(watch.closed).toBe(true);
  });

  test('comes at once where no database is known', async () => {
    served.database.status = { ...leadingStatus, role: 'starting', databaseId: undefined, leader: undefined };
    expect(await ended(served.client.duplex('Watch/Watch'))).toBe('14 there is no connection available');
    expect(served.database.watches).toHaveLength(0);
  });

  test('comes with the server’s', async () => {
    const { stream, watch } = await open();
    const end = ended(stream);
    await served.server.stop(5_000);
    expect(await end).toBe('14 etcdserver: server stopped');
    expect(watch.closed).toBe(true);
    expect(served.logged).toEqual([]);
  });
});
