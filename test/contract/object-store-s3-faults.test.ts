/** What the S3 adapter says under each fault: `refused` and `condition-failed` only where nothing was or will be written. */
import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openS3Store } from '../../src/adapters/s3/s3-store.ts';
import type { ObjectStore, PutCondition } from '../../src/ports/object-store.ts';
import {
  accessDenied,
  conflict,
  internalError,
  internalErrorButApplied,
  readOnly,
  serviceUnavailable,
  slowDown,
  tooManyRequests,
  type FaultAction,
} from '../support/s3-front/faults.ts';
import { startS3, type RunningS3 } from '../support/s3.ts';

const absent: PutCondition = { kind: 'absent' };
const body = new TextEncoder().encode('0123456789');
/** Long enough for a healthy loopback; only the tests of the deadline itself wait it out. */
const patientMs = 20_000;
const impatientMs = 150;

let s3: RunningS3;
let store: ObjectStore;
let impatient: ObjectStore;
let key: string;
let keys = 0;

beforeAll(async () => {
  s3 = await startS3();
  const options = { ...s3.location, credentials: s3.credentials };
  store = openS3Store({ ...options, requestTimeoutMs: patientMs });
  impatient = openS3Store({ ...options, requestTimeoutMs: impatientMs });
});
afterAll(async () => {
  await store.close();
  await impatient.close();
  await s3.close();
});
beforeEach(() => {
  key = `faults/${(keys += 1)}`;
});
afterEach(async () => {
  s3.front.faults.clear();
  s3.front.release();
  await s3.front.whenIdle();
});

function once(action: FaultAction): void {
  s3.front.inject({ times: 1, action });
}

async function stored(): Promise<boolean> {
  return (await store.get(key)).kind === 'ok';
}

describe('a PUT whose answer does not tell', () => {
  test.each<[string, FaultAction, string, boolean]>([
    ['500', internalError, 'InternalError', false],
    ['500 after it was applied', internalErrorButApplied, 'InternalError', true],
    ['502', { kind: 'error', status: 502, code: 'BadGateway' }, 'BadGateway', false],
    [
      '504 after it was applied',
      { kind: 'error', status: 504, code: 'GatewayTimeout', applied: true },
      'GatewayTimeout',
      true,
    ],
    ['503 without SlowDown', serviceUnavailable, 'ServiceUnavailable', false],
    ['503 SlowDown from a store that is not Amazon', slowDown, 'SlowDown', false],
    ['408 of a gateway', { kind: 'error', status: 408, code: 'RequestTimeout', applied: true }, 'RequestTimeout', true],
    ['a connection cut before it was applied', { kind: 'cut-before' }, 'ECONNRESET', false],
    ['a connection cut after it was applied', { kind: 'cut-after' }, 'ECONNRESET', true],
  ])('%s is unknown', async (_, action, code, applied) => {
    once(action);
    expect(await store.put(key, body, absent)).toMatchObject({ kind: 'unknown', problem: { code, permanent: false } });
    expect(await stored()).toBe(applied);
  });

  test('a swap cut after it was applied is unknown, and was applied', async () => {
    const first = await store.put(key, body, absent);
    if (first.kind !== 'ok') throw new Error('the first put failed');
    once({ kind: 'cut-after' });
    const swapped = new Uint8Array([1, 2, 3]);
    const outcome = await store.put(key, swapped, { kind: 'match', etag: first.etag });
    expect(outcome).toMatchObject({ kind: 'unknown' });
    expect(await store.get(key)).toMatchObject({ kind: 'ok', body: swapped });
  });

  test('every PUT is sent once: no retry of the SDK turns the lost answer into a failed condition', async () => {
    for (const action of [internalErrorButApplied, slowDown, { kind: 'cut-after' }, { kind: 'cut-before' }] as const) {
      s3.front.forgetRequests();
      once(action);
      await store.put(`${key}-${action.kind}-${s3.front.faults.rules().length}`, body, absent);
      expect(s3.front.requests().map(({ operation }) => operation)).toEqual(['PUT']);
    }
  });

  test('no answer within the deadline is unknown; parked, it is applied afterwards', async () => {
    once({ kind: 'hold', when: 'before' });
    const outcome = await impatient.put(key, body, absent);
    expect(outcome).toMatchObject({ kind: 'unknown', problem: { code: 'TimeoutError', permanent: false } });
    expect(await stored()).toBe(false);
    s3.front.release();
    await s3.front.whenIdle();
    expect(await stored()).toBe(true);
  });

  test.each(['cut', 'error', 'nothing'] as const)('a late PUT (told: %s) is unknown, and lands', async (tell) => {
    once({ kind: 'late', tell });
    expect(await impatient.put(key, body, absent)).toMatchObject({ kind: 'unknown' });
    await s3.front.whenParked(1);
    expect(await stored()).toBe(false);
    s3.front.release();
    await s3.front.whenIdle();
    expect(await store.get(key)).toMatchObject({ kind: 'ok', body });
  });

  test('a late PUT meets the conditions of the time at which it lands', async () => {
    once({ kind: 'late', tell: 'cut' });
    expect(await store.put(key, body, absent)).toMatchObject({ kind: 'unknown' });
    const other = new Uint8Array([9]);
    expect(await store.put(key, other, absent)).toMatchObject({ kind: 'ok' });
    s3.front.release();
    await s3.front.whenIdle();
    expect(await store.get(key)).toMatchObject({ kind: 'ok', body: other });
  });
});

describe('a PUT that was certainly not applied', () => {
  test.each<[string, FaultAction, string, boolean]>([
    ['403', accessDenied, 'AccessDenied', true],
    ['429', tooManyRequests, 'TooManyRequests', false],
    ['400', { kind: 'error', status: 400, code: 'InvalidArgument' }, 'InvalidArgument', true],
    [
      '400 for a body that came too slowly',
      { kind: 'error', status: 400, code: 'RequestTimeout' },
      'RequestTimeout',
      false,
    ],
    ['403 for a token that ran out', { kind: 'error', status: 403, code: 'ExpiredToken' }, 'ExpiredToken', false],
    ['301 for another region', { kind: 'error', status: 301, code: 'PermanentRedirect' }, 'PermanentRedirect', true],
    [
      '501 for a header the store does not know',
      { kind: 'error', status: 501, code: 'NotImplemented' },
      'NotImplemented',
      true,
    ],
  ])('%s is refused', async (_, action, code, permanent) => {
    once(action);
    expect(await store.put(key, body, absent)).toMatchObject({ kind: 'refused', problem: { code, permanent } });
    expect(await stored()).toBe(false);
  });

  test('409 is a conflict, and the next attempt goes through', async () => {
    once(conflict);
    expect(await store.put(key, body, absent)).toEqual({ kind: 'conflict' });
    expect(await store.put(key, body, absent)).toMatchObject({ kind: 'ok' });
  });

  test('a read-only bucket refuses writes and still reads', async () => {
    await store.put(key, body, absent);
    s3.front.inject(readOnly);
    expect(await store.put(`${key}-2`, body, absent)).toMatchObject({ kind: 'refused', problem: { permanent: true } });
    expect(await store.deleteMany([key])).toMatchObject({
      kind: 'failed',
      failed: [key],
      problem: { permanent: true },
    });
    expect(await stored()).toBe(true);
  });

  test('a missing bucket and foreign keys are refused for good', async () => {
    const elsewhere = openS3Store({ ...s3.location, bucket: 'no-such-bucket', credentials: s3.credentials });
    expect(await elsewhere.put(key, body, absent)).toMatchObject({
      kind: 'refused',
      problem: { code: 'NoSuchBucket', permanent: true },
    });
    expect(await elsewhere.put(key, body, { kind: 'match', etag: '"0"' })).toMatchObject({ kind: 'refused' });
    expect(await elsewhere.get(key)).toMatchObject({
      kind: 'failed',
      problem: { code: 'NoSuchBucket', permanent: true },
    });
    expect(await elsewhere.list('')).toMatchObject({ kind: 'failed', problem: { code: 'NoSuchBucket' } });
    const credentials = { accessKeyId: 'STRANGER', secretAccessKey: 'not-a-secret' };
    const stranger = openS3Store({ ...s3.location, credentials });
    const refusal = await stranger.put(key, body, absent);
    expect(refusal).toMatchObject({ kind: 'refused', problem: { code: 'InvalidAccessKeyId', permanent: true } });
    expect(JSON.stringify(refusal)).not.toContain('not-a-secret');
    expect(stranger.description).not.toContain('STRANGER');
  });

  test('nobody listens, or the name does not resolve: never sent, so refused', async () => {
    const endpoint = `http://127.0.0.1:${await unusedPort()}`;
    const nobody = openS3Store({ ...s3.location, endpoint, credentials: s3.credentials });
    expect(await nobody.put(key, body, absent)).toMatchObject({
      kind: 'refused',
      problem: { code: 'ECONNREFUSED', permanent: false },
    });
    expect(await nobody.get(key)).toMatchObject({ kind: 'failed', problem: { code: 'ECONNREFUSED' } });
    const nowhere = openS3Store({ ...s3.location, endpoint: 'http://t4.invalid', credentials: s3.credentials });
    expect(await nowhere.put(key, body, absent)).toMatchObject({ kind: 'refused', problem: { permanent: false } });
  });

  test('no socket of the bounded pool comes free: never sent, so refused', async () => {
    const narrow = openS3Store({
      ...s3.location,
      credentials: s3.credentials,
      socketsMax: 1,
      connectTimeoutMs: impatientMs,
    });
    s3.front.inject({ keyPattern: '-parked$', action: { kind: 'hold', when: 'before' } });
    s3.front.forgetRequests();
    const parked = narrow.put(`${key}-parked`, body, absent);
    await s3.front.whenParked(1);
    expect(await narrow.put(key, body, absent)).toMatchObject({ kind: 'refused', problem: { permanent: false } });
    s3.front.release();
    expect(await parked).toMatchObject({ kind: 'ok' });
    expect(s3.front.requests().map(({ keys }) => keys)).toEqual([[`${key}-parked`]]);
  });

  test('no credentials to be had: never sent, so refused', async () => {
    const saved = { ...process.env };
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
    Object.assign(process.env, {
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/nonexistent',
      HOME: '/nonexistent',
    });
    process.env['AWS_SHARED_CREDENTIALS_FILE'] = '/nonexistent';
    try {
      s3.front.forgetRequests();
      const bare = openS3Store(s3.location);
      expect(await bare.put(key, body, absent)).toMatchObject({
        kind: 'refused',
        problem: { code: 'CredentialsProviderError', permanent: true },
      });
      expect(s3.front.requests()).toEqual([]);
    } finally {
      for (const name of Object.keys(process.env)) if (!(name in saved)) delete process.env[name];
      Object.assign(process.env, saved);
    }
  });
});

describe('reading and deleting', () => {
  beforeEach(async () => {
    expect(await store.put(key, body, absent)).toMatchObject({ kind: 'ok' });
  });

  test.each<[string, FaultAction]>([
    ['500', internalError],
    ['403', accessDenied],
    ['a cut connection', { kind: 'cut-before' }],
    ['a body cut short', { kind: 'truncate-body', bytes: 4, announced: 'full' }],
  ])('%s fails a GET, whole or by range', async (_, action) => {
    once(action);
    expect(await store.get(key)).toMatchObject({ kind: 'failed' });
    once(action);
    expect(await store.get(key, { start: 1, end: 9 })).toMatchObject({ kind: 'failed' });
    expect(await store.get(key)).toMatchObject({ kind: 'ok', body });
  });

  test('a GET that stalls fails at the deadline', async () => {
    once({ kind: 'hold', when: 'after' });
    expect(await impatient.get(key)).toMatchObject({ kind: 'failed', problem: { code: 'TimeoutError' } });
  });

  test('a range that is answered with less than the object has is not taken for it', async () => {
    once({ kind: 'truncate-body', bytes: 4, announced: 'short' });
    const outcome = await store.get(key, { start: 2, end: 9 });
    expect(outcome).toMatchObject({ kind: 'failed', problem: { code: 'InvalidResponse' } });
  });

  test('a list and a delete that fail say so', async () => {
    once(internalError);
    expect(await store.list('faults/')).toMatchObject({ kind: 'failed', problem: { code: 'InternalError' } });
    once({ kind: 'cut-after' });
    expect(await store.deleteMany([key])).toMatchObject({
      kind: 'failed',
      failed: [key],
      problem: { code: 'ECONNRESET' },
    });
    expect(await stored()).toBe(false);
  });

  test('damage that S3 itself would not notice comes through, for the checksums above to find', async () => {
    once({ kind: 'corrupt-body', offset: 3 });
    const outcome = await store.get(key);
    expect(outcome.kind === 'ok' && [...outcome.body]).toEqual(
      [...body].map((byte, index) => (index === 3 ? byte ^ 1 : byte)),
    );
    once({ kind: 'wrong-etag' });
    expect(await store.get(key)).toMatchObject({ kind: 'ok', etag: `"${'f'.repeat(32)}"` });
  });
});

describe('rules', () => {
  test('a rule strikes by operation, key, turns and chance, and can be driven over HTTP', async () => {
    const post = (path: string, rule?: object) =>
      fetch(s3.control + path, { method: 'POST', ...(rule === undefined ? {} : { body: JSON.stringify(rule) }) });
    await post('/faults', { operations: ['PUT'], keyPattern: 'rules/hit', times: 2, action: accessDenied });
    const kinds: string[] = [];
    for (const name of ['hit-1', 'miss', 'hit-2', 'hit-3']) {
      kinds.push((await store.put(`rules/${name}`, body, absent)).kind);
    }
    expect(kinds).toEqual(['refused', 'ok', 'refused', 'ok']);
    expect(await (await fetch(`${s3.control}/faults`)).json()).toMatchObject([{ struck: 2, times: 2 }]);
    await fetch(`${s3.control}/faults`, { method: 'DELETE' });
    s3.front.inject({ probability: 0.5, action: accessDenied });
    const drawn = await Promise.all(Array.from({ length: 60 }, () => store.get('rules/miss')));
    const failures = drawn.filter(({ kind }) => kind === 'failed').length;
    expect(failures).toBeGreaterThan(5);
    expect(failures).toBeLessThan(55);
    expect((await fetch(`${s3.control}/nonsense`)).status).toBe(404);
  });
});

async function unusedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
