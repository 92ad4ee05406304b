import { beforeEach, describe, expect, test } from 'vitest';
import { clientErrors } from '../../src/core/types/error.ts';
import type { RangeRequest } from '../../src/core/types/request.ts';
import { DatabaseError, type KeyValue } from '../../src/host/database.ts';
import { RangeRequest as WireRangeRequest, RangeStreamResponse } from '../../src/server/generated/etcdserverpb/kv.ts';
import { contextOfTest } from './call-context.ts';
import { methodsOfTest } from './methods-of-test.ts';
import { createFakeDatabase, type FakeDatabase, keyValue, leadingStatus } from './fake-database.ts';

let database: FakeDatabase;

beforeEach(() => {
  database = createFakeDatabase();
});

const empty = WireRangeRequest.decode(new Uint8Array(0));

async function stream(
  fields: Partial<WireRangeRequest>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<RangeStreamResponse[]> {
  const method = methodsOfTest(database).find(({ path }) => path.method === 'RangeStream');
  if (method?.kind !== 'server-stream') throw new Error('RangeStream streams from the server');
  const chunks: RangeStreamResponse[] = [];
  const request = WireRangeRequest.encode({ ...empty, key: Buffer.from('a'), ...fields }).finish();
  await method.call(request, contextOfTest({ metadata: (name) => metadata[name] }), {
    write: (bytes) => {
      chunks.push(RangeStreamResponse.decode(bytes));
      return chunks.length % 2 === 0;
    },
    room: () => Promise.resolve(),
  });
  return chunks;
}

/** A store of sorted keys. */
function serveKeys(keys: readonly KeyValue[]): void {
  database.answer('range', ({ key, limit, countOnly, keysOnly }: RangeRequest) => {
    const inRange = keys.filter((kv) => kv.key >= key);
    const kvs = countOnly ? [] : limit > 0 ? inRange.slice(0, limit) : inRange;
    const more = !countOnly && kvs.length < inRange.length;
    return Promise.resolve({ kind: 'range', kvs, more, count: inRange.length, keysOnly });
  });
}

const keys = Array.from({ length: 100 }, (_, index) => keyValue(`k${String(index).padStart(3, '0')}`));
const rangeEnd = Buffer.of(0);
const keysOf = (chunks: readonly RangeStreamResponse[]) =>
  chunks.flatMap((chunk) => (chunk.rangeResponse?.kvs ?? []).map(({ key }) => Buffer.from(key).toString()));
const limits = () => database.requests.map((request) => request.kind === 'range' && request.limit);
const revisions = () => database.requests.map((request) => request.kind === 'range' && request.revision);

describe('RangeStream', () => {
  test('sends every key once, in growing chunks, with the summary in the last', async () => {
    serveKeys(keys);
    const chunks = await stream({ rangeEnd });
    expect(keysOf(chunks)).toEqual(keys.map(({ key }) => key));
    expect(limits()).toEqual([10, 20, 40, 80]);
    const last = chunks.at(-1)?.rangeResponse;
    expect(last).toMatchObject({ count: 100n, more: false, header: { revision: 41n, raftTerm: 7n } });
    for (const { rangeResponse } of chunks.slice(0, -1)) {
      expect(rangeResponse).toMatchObject({ count: 0n, more: false, header: undefined });
    }
  });

  test('reads the revision of the first chunk, or the one that was asked for', async () => {
    serveKeys(keys);
    await stream({ rangeEnd });
    expect(revisions()).toEqual([0, 41, 41, 41]);
    await stream({ rangeEnd, revision: 9n });
    expect(revisions().slice(4)).toEqual([9, 9, 9, 9]);
  });

  test('keeps to the limit and counts what lies beyond it', async () => {
    serveKeys(keys);
    const chunks = await stream({ rangeEnd, limit: 25n });
    expect(keysOf(chunks)).toHaveLength(25);
    expect(limits()).toEqual([10, 15]);
    expect(chunks.at(-1)?.rangeResponse).toMatchObject({ count: 100n, more: true });
  });

  test('a limit that takes all cuts nothing', async () => {
    serveKeys(keys.slice(0, 25));
    expect((await stream({ rangeEnd, limit: 25n })).at(-1)?.rangeResponse).toMatchObject({ count: 25n, more: false });
  });

  test('large values make chunks smaller', async () => {
    const value = new Uint8Array(1_000_000);
    serveKeys(keys.slice(0, 20).map((kv) => ({ ...kv, value })));
    await stream({ rangeEnd });
    expect(limits()).toEqual([10, 5, 2, 2, 2]);
  });

  test('counts in one chunk, and finds nothing in one', async () => {
    serveKeys(keys);
    expect(await stream({ rangeEnd, countOnly: true })).toMatchObject([{ rangeResponse: { count: 100n, kvs: [] } }]);
    serveKeys([]);
    expect(await stream({ rangeEnd })).toMatchObject([{ rangeResponse: { count: 0n, kvs: [], more: false } }]);
  });

  test.each([
    [{ sortOrder: 2 }, 'Unimplemented', 'RangeStream does not support custom sort orders'],
    [{ sortTarget: 1 }, 'Unimplemented', 'RangeStream does not support custom sort orders'],
    [{ minModRevision: 1n }, 'Unimplemented', 'RangeStream does not support revision filters'],
    [{ maxCreateRevision: 1n }, 'Unimplemented', 'RangeStream does not support revision filters'],
    [{ sortOrder: 9 as never }, 'InvalidArgument', 'etcdserver: invalid sort option'],
  ] as const)('refuses %o', async (fields, status, message) => {
    serveKeys(keys);
    await expect(stream(fields)).rejects.toThrow(new DatabaseError({ status, message }));
    expect(database.requests).toEqual([]);
  });

  test('is not there on a node that does not lead: clients ask for a Range, which they ask of another node', async () => {
    database.answer('range', new DatabaseError(clientErrors.noLeader));
    await expect(stream({ rangeEnd })).rejects.toMatchObject({
      clientError: { status: 'Unimplemented', message: expect.stringContaining('does not lead') as string },
    });
    database.status = { ...leadingStatus, role: 'standby' };
    await expect(stream({ rangeEnd }, { hasleader: 'true' })).rejects.toMatchObject({
      clientError: { status: 'Unimplemented' },
    });
  });

  test('once begun, ends with what it was ended by', async () => {
    database.answer('range', ({ key }: RangeRequest) =>
      key === 'a'
        ? Promise.resolve({ kind: 'range', kvs: keys.slice(0, 10), more: true, count: 100, keysOnly: false })
        : Promise.reject(new DatabaseError(clientErrors.noLeader)),
    );
    await expect(stream({ rangeEnd })).rejects.toMatchObject({ clientError: clientErrors.noLeader });
  });
});
