/** The start-up check against stores that keep their word, that do not, and that cannot be asked. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openFileStore } from '../../src/adapters/file-store/file-store.ts';
import { openMemoryStore } from '../../src/adapters/memory-store/memory-store.ts';
import { openS3Store } from '../../src/adapters/s3/s3-store.ts';
import { probeObjectStore } from '../../src/adapters/store-probe.ts';
import type { ObjectStore, PutCondition } from '../../src/ports/object-store.ts';
import { accessDenied, internalErrorButApplied } from '../support/s3-front/faults.ts';
import { startS3, type RunningS3 } from '../support/s3.ts';
import { s3rverCredentials, startS3rver, type RunningS3rver } from '../support/s3rver.ts';

const random = (length: number) => new Uint8Array(randomBytes(length));

let folder: string;
let bare: RunningS3rver;
let s3: RunningS3;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 't4-probe-'));
  bare = await startS3rver(join(folder, 's3rver'), 'bucket');
  s3 = await startS3();
});
afterAll(async () => {
  await bare.close();
  await s3.close();
  await rm(folder, { recursive: true, force: true });
});

describe('stores that honour both forms', () => {
  test.each<[string, () => ObjectStore | Promise<ObjectStore>]>([
    ['memory', () => openMemoryStore()],
    ['folder', () => openFileStore(join(folder, 'store'))],
    ['s3rver behind the front', () => openS3Store({ ...s3.location, credentials: s3.credentials })],
  ])('%s passes, and nothing is left there', async (_, open) => {
    const store = await open();
    expect(await probeObjectStore(store, random)).toEqual({ kind: 'ok' });
    expect(await store.list('')).toMatchObject({ objects: [], more: false });
  });
});

test('s3rver without the front is refused, by name and by the condition it ignored', async () => {
  const location = { bucket: 'bucket', endpoint: bare.endpoint, forcePathStyle: true };
  const store = openS3Store({ ...location, credentials: s3rverCredentials });
  const verdict = await probeObjectStore(store, random);
  expect(verdict).toMatchObject({ kind: 'conditions-ignored', condition: 'absent' });
  if (verdict.kind !== 'conditions-ignored') return;
  expect(verdict.message).toContain('s3://bucket');
  expect(verdict.message).toContain('If-None-Match: *');
  expect(verdict.hint).toContain('cannot be used');
  expect(await store.list('')).toMatchObject({ objects: [] });
});

describe('stores that break one promise', () => {
  const breaking = (change: (inner: ObjectStore) => Partial<ObjectStore>): ObjectStore => {
    const inner = openMemoryStore();
    return { ...inner, ...change(inner) };
  };
  const weaken =
    (kind: PutCondition['kind'], answer?: 'condition-failed') =>
    (inner: ObjectStore): Partial<ObjectStore> => ({
      put: async (key, body, condition) => {
        if (condition.kind !== kind) return inner.put(key, body, condition);
        const before = await inner.get(key);
        const outcome = await inner.put(key, body, { kind: 'none' });
        return answer === undefined || before.kind === 'not-found' ? outcome : { kind: answer };
      },
    });

  test.each<[string, 'absent' | 'match', ObjectStore]>([
    ['overwrites on absent', 'absent', breaking(weaken('absent'))],
    ['says 412 to absent, and overwrites', 'absent', breaking(weaken('absent', 'condition-failed'))],
    ['overwrites on match', 'match', breaking(weaken('match'))],
    ['says 412 to match, and overwrites', 'match', breaking(weaken('match', 'condition-failed'))],
    [
      'never lets a match through',
      'match',
      breaking((inner) => ({
        put: async (key, body, condition) =>
          condition.kind === 'match' ? { kind: 'condition-failed' } : inner.put(key, body, condition),
      })),
    ],
    [
      'says 200 to match, and keeps the old object',
      'match',
      breaking((inner) => ({
        put: async (key, body, condition) => {
          const before = await inner.get(key);
          if (condition.kind !== 'match' || before.kind !== 'ok') return inner.put(key, body, condition);
          return before.etag === condition.etag ? { kind: 'ok', etag: before.etag } : { kind: 'condition-failed' };
        },
      })),
    ],
    [
      'does not know the header',
      'match',
      breaking((inner) => ({
        put: async (key, body, condition) =>
          condition.kind === 'match'
            ? { kind: 'refused', problem: { code: 'NotImplemented', message: 'no', permanent: true } }
            : inner.put(key, body, condition),
      })),
    ],
  ])('%s: refused', async (_, condition, store) => {
    expect(await probeObjectStore(store, random)).toMatchObject({ kind: 'conditions-ignored', condition });
    expect(await store.list('')).toMatchObject({ objects: [] });
  });
});

describe('stores that cannot be asked', () => {
  test('no permission: the store said so, and what it needs is named', async () => {
    const store = openS3Store({ ...s3.location, credentials: s3.credentials });
    const heal = s3.front.inject({ operations: ['PUT'], action: accessDenied });
    const verdict = await probeObjectStore(store, random);
    heal();
    expect(verdict).toMatchObject({ kind: 'unavailable', problem: { code: 'AccessDenied', permanent: true } });
    expect(verdict.kind === 'unavailable' && verdict.hint).toContain('s3:PutObject');
  });

  test('no permission to delete is found too', async () => {
    const store = openS3Store({ ...s3.location, credentials: s3.credentials });
    const heal = s3.front.inject({ operations: ['DELETE_MANY'], action: accessDenied });
    const verdict = await probeObjectStore(store, random);
    heal();
    expect(verdict).toMatchObject({ kind: 'unavailable', problem: { code: 'AccessDenied' } });
  });

  test('an unsettled answer is no verdict on the conditions', async () => {
    const store = openS3Store({ ...s3.location, prefix: 'unsettled', credentials: s3.credentials });
    for (const action of [internalErrorButApplied, { kind: 'cut-after' }, { kind: 'cut-before' }] as const) {
      s3.front.inject({ operations: ['PUT'], times: 1, action });
      expect(await probeObjectStore(store, random)).toMatchObject({
        kind: 'unavailable',
        problem: { permanent: false },
      });
    }
    expect(await store.list('')).toMatchObject({ objects: [] });
  });

  test('nobody there', async () => {
    const store = openS3Store({ bucket: 'bucket', endpoint: 'http://t4.invalid', credentials: s3.credentials });
    const verdict = await probeObjectStore(store, random);
    expect(verdict).toMatchObject({ kind: 'unavailable', problem: { permanent: false } });
    expect(verdict.kind === 'unavailable' && verdict.message).toContain('s3://bucket');
  });
});
