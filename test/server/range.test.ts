import { beforeEach, describe, expect, test } from 'vitest';
import { clientErrors } from '../../src/core/types/error.ts';
import type { RangeRequest } from '../../src/core/types/request.ts';
import { DatabaseError } from '../../src/host/database.ts';
import { RangeRequest as WireRangeRequest, RangeResponse } from '../../src/server/generated/etcdserverpb/kv.ts';
import { contextOfTest } from './call-context.ts';
import { createFakeDatabase, type FakeDatabase, fakeHeader, keyValue } from './fake-database.ts';
import { methodsOfTest } from './methods-of-test.ts';

/** Ranges longer than what is read at once: the answer is the same. */

const keys = Array.from({ length: 25_000 }, (_, index) => keyValue(`k${String(index).padStart(5, '0')}`));
const rangeEnd = Buffer.of(0);
const empty = WireRangeRequest.decode(new Uint8Array(0));
let database: FakeDatabase;

beforeEach(() => {
  database = createFakeDatabase();
  serve();
});

function serve(fail: (request: RangeRequest) => Error | undefined = () => undefined): void {
  database.answer('range', async (request) => {
    const error = fail(request);
    if (error !== undefined) throw error;
    const { key, limit, keysOnly } = request;
    const inRange = keys.filter((kv) => kv.key >= key);
    const kvs = limit > 0 ? inRange.slice(0, limit) : inRange;
    return { kind: 'range', kvs, more: kvs.length < inRange.length, count: inRange.length, keysOnly };
  });
}

async function range(fields: Partial<WireRangeRequest>, of = database): Promise<RangeResponse> {
  const method = methodsOfTest(of).find(({ path }) => path.method === 'Range');
  if (method?.kind !== 'unary') throw new Error('Range has one answer');
  const request = WireRangeRequest.encode({ ...empty, key: Buffer.from('a'), rangeEnd, ...fields }).finish();
  return RangeResponse.decode(await method.call(request, contextOfTest()));
}

const asked = () =>
  database.requests.map((request) => (request.kind === 'range' ? [request.limit, request.revision] : []));
const compacted = new DatabaseError(clientErrors.compacted);

describe('a range that is longer than what is read at once', () => {
  test('is read at the revision at which it began, each key once', async () => {
    const { header, kvs, more, count } = await range({});
    expect(kvs.map(({ key }) => Buffer.from(key).toString())).toEqual(keys.map(({ key }) => key));
    expect({ more, count }).toEqual({ more: false, count: 25_000n });
    expect(header).toMatchObject({ revision: BigInt(fakeHeader.revision), raftTerm: BigInt(fakeHeader.term) });
    const [first, again, ...rest] = asked();
    expect([first, again]).toEqual([
      [10_000, 0],
      [10_000, 0],
    ]);
    expect(rest.every(([, revision]) => revision === fakeHeader.revision)).toBe(true);
  });

  test('ends at its limit, and says that there is more', async () => {
    const { kvs, more, count } = await range({ limit: 20_001n });
    expect(kvs).toHaveLength(20_001);
    expect({ more, count }).toEqual({ more: true, count: 25_000n });
  });

  test('of the past stays there', async () => {
    await range({ revision: 7n });
    expect(asked().every(([, revision]) => revision === 7)).toBe(true);
  });

  test('without values has none', async () => {
    const { kvs } = await range({ keysOnly: true });
    expect(kvs).toHaveLength(25_000);
    expect(kvs.every(({ value }) => value.length === 0)).toBe(true);
  });

  test('that a compaction overtakes begins again', async () => {
    let refusals = 0;
    serve(({ key }) => (key !== 'a' && refusals++ === 0 ? compacted : undefined));
    expect((await range({})).kvs).toHaveLength(25_000);
    expect(refusals).toBeGreaterThan(1);
  });

  test('that every compaction overtakes, or whose revision is gone, is refused', async () => {
    serve(({ key }) => (key === 'a' ? undefined : compacted));
    await expect(range({})).rejects.toThrow(clientErrors.compacted.message);
    expect(database.requests.length).toBeLessThan(10);
    await expect(range({ revision: 7n })).rejects.toThrow(clientErrors.compacted.message);
  });

  test('is one at a time; what failed holds up nobody', async () => {
    const method = methodsOfTest(database).find(({ path }) => path.method === 'Range');
    if (method?.kind !== 'unary') throw new Error('Range has one answer');
    let underWay = 0;
    let calls = 0;
    let most = 0;
    database.answer('range', async ({ key, limit, revision, keysOnly }) => {
      const isChunk = revision > 0;
      if (isChunk) most = Math.max(most, ++underWay);
      await new Promise((resolve) => setImmediate(resolve));
      if (isChunk) underWay -= 1;
      if (isChunk && calls++ === 0) throw new DatabaseError(clientErrors.timeout);
      const inRange = keys.filter((kv) => kv.key >= key);
      const kvs = inRange.slice(0, limit);
      return { kind: 'range', kvs, more: kvs.length < inRange.length, count: inRange.length, keysOnly };
    });
    const request = WireRangeRequest.encode({ ...empty, key: Buffer.from('a'), rangeEnd }).finish();
    const answers = await Promise.allSettled([1, 2, 3].map(() => method.call(request, contextOfTest())));
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(most).toBe(1);
  });
});

test.each([
  ['one key', { rangeEnd: Buffer.alloc(0) }],
  ['a count', { countOnly: true }],
  ['what is sorted', { sortOrder: 2, sortTarget: 3 }],
  ['what is filtered', { minModRevision: 3n }],
  ['a page', { limit: 500n }],
] as const)('%s is read at once', async (_what, fields) => {
  await range(fields);
  expect(database.requests).toHaveLength(1);
});
