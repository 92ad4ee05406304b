import { afterAll, beforeAll, expect, test } from 'vitest';
import { countedStore } from '../../src/host/store-usage/counted-store.ts';
import { createStoreUsage } from '../../src/host/store-usage/usage.ts';
import { openS3Store } from '../../src/adapters/s3/s3-store.ts';
import { createSystemClock } from '../../src/adapters/system-clock.ts';
import { startS3, type RunningS3 } from '../support/s3.ts';
import { objectStoreContract } from './object-store.ts';

objectStoreContract('S3 adapter, s3rver behind the front', async () => {
  const s3 = await startS3();
  const store = openS3Store({ ...s3.location, prefix: 'contract/s3', credentials: s3.credentials });
  return { store, dispose: s3.close };
});

let s3: RunningS3;
beforeAll(async () => {
  s3 = await startS3({ listPageMax: 7 });
});
afterAll(() => s3.close());

test('a store that gives fewer keys than asked is followed by its tokens to the limit', async () => {
  const store = openS3Store({ ...s3.location, credentials: s3.credentials });
  const keys = Array.from({ length: 40 }, (_, index) => `paged/${String(index).padStart(3, '0')}`);
  for (const key of keys) await store.put(key, new Uint8Array([1]), { kind: 'absent' });
  s3.front.forgetRequests();
  const cases = [
    [{}, keys, false],
    [{ limit: 40 }, keys, false],
    [{ limit: 39 }, keys.slice(0, 39), true],
    [{ limit: 10, after: keys[4]! }, keys.slice(5, 15), true],
    [{ limit: 30, after: keys[24]! }, keys.slice(25), false],
  ] as const;
  for (const [options, expected, more] of cases) {
    const page = await store.list('paged/', options);
    expect(page.kind === 'ok' && page.objects.map(({ key }) => key)).toEqual(expected);
    expect(page.kind === 'ok' && page.more).toBe(more);
  }
  expect(s3.front.requests().length).toBe(6 + 6 + 6 + 2 + 3);
  await store.close();
});

test('what is counted is what was asked, also where one call takes several requests', async () => {
  const usage = createStoreUsage();
  const options = { ...s3.location, credentials: s3.credentials, onFurtherRequest: usage.further };
  const store = countedStore(openS3Store(options), usage, createSystemClock());
  s3.front.forgetRequests();
  const keys = Array.from({ length: 20 }, (_, index) => `counted/${String(index).padStart(3, '0')}`);
  for (const key of keys) await store.put(key, new Uint8Array([1]), { kind: 'absent' });
  await store.put(keys[0]!, new Uint8Array([1]), { kind: 'absent' });
  await store.list('counted/');
  await store.get(keys[0]!, { start: 5, end: 9 });
  await store.get(keys[0]!, { start: 1, end: 1 });
  await store.get('counted/missing');
  await store.deleteMany(keys);
  await store.close();
  const { counts } = usage.report();
  expect(counts.reduce((sum, { requests }) => sum + requests, 0)).toBe(s3.front.requests().length);
  const of = (operation: string) => counts.filter((count) => count.operation === operation);
  expect(of('list')).toMatchObject([{ requests: 3, objects: 20 }]);
  expect(of('head').reduce((sum, { requests }) => sum + requests, 0)).toBe(2);
});

test('prefixes keep stores of one bucket apart', async () => {
  const open = (prefix: string) => openS3Store({ ...s3.location, prefix, credentials: s3.credentials });
  const [left, right, whole] = [open('apart'), open('/apart-too/'), open('')];
  await left.put('key', new Uint8Array([1]), { kind: 'absent' });
  expect(await right.put('key', new Uint8Array([2]), { kind: 'absent' })).toMatchObject({ kind: 'ok' });
  expect(await left.list('')).toMatchObject({ objects: [{ key: 'key' }], more: false });
  expect(await right.get('key')).toMatchObject({ kind: 'ok', body: new Uint8Array([2]) });
  expect(await whole.get('apart-too/key')).toMatchObject({ kind: 'ok', body: new Uint8Array([2]) });
  expect(right.description).toBe(`s3://${s3.bucket}/apart-too at ${s3.endpoint}`);
});
