import { expect, test } from 'vitest';
import type { Clock } from '../../ports/clock.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { openMemoryStore } from '../../adapters/memory-store/memory-store.ts';
import { countedStore } from './counted-store.ts';
import { subjectOf, subjectOfAll } from './subject.ts';
import { createStoreUsage, latencyBoundsMs, problemCodesMax } from './usage.ts';

/** Each look at it finds it so many milliseconds later. */
function clockOf(stepMs: number): Clock {
  let monotonicMs = 0;
  return { now: () => ({ monotonicMs: (monotonicMs += stepMs), wallMs: 0 }), schedule: () => () => undefined };
}

const segment = 'log/00000000000000000001';
const body = new Uint8Array(10);

test('counts each call by what it is, how it ended, and what it carried', async () => {
  const usage = createStoreUsage();
  const store = countedStore(openMemoryStore(), usage, clockOf(3));
  await store.put(segment, body, { kind: 'absent' });
  await store.put(segment, body, { kind: 'absent' });
  await store.get(segment);
  await store.get(segment, { start: 2, end: 5 });
  await store.get(segment, { start: 2, end: 2 });
  await store.get('control');
  await store.list('log/');
  await store.deleteMany([segment, 'probe/a']);
  await store.deleteMany([]);
  expect(
    usage.report().counts.map((count) => [count.operation, count.subject, count.outcome, count.requests].join(' ')),
  ).toEqual([
    'put-if-absent segment ok 1',
    'put-if-absent segment condition-failed 1',
    'get segment ok 1',
    'get-range segment ok 1',
    'head segment ok 1',
    'get control not-found 1',
    'list segment ok 1',
    'delete several ok 1',
  ]);
  const { counts, latencies } = usage.report();
  expect(counts.map(({ bytesUp }) => bytesUp)).toEqual([10, 10, 0, 0, 0, 0, 0, 0]);
  expect(counts.map(({ bytesDown }) => bytesDown)).toEqual([0, 0, 10, 3, 0, 0, 0, 0]);
  expect(counts.map(({ objects }) => objects)).toEqual([0, 0, 0, 0, 0, 0, 1, 2]);
  const puts = latencies.find(({ operation }) => operation === 'put-if-absent')!;
  expect(puts).toMatchObject({ requests: 2, milliseconds: 6 });
  expect(puts.within[latencyBoundsMs.indexOf(5)]).toBe(2);
});

test('a call that failed is counted with its code, and one that threw too', async () => {
  const usage = createStoreUsage();
  const problem = { code: 'SlowDown', message: '', permanent: false };
  const failing: ObjectStore = {
    ...openMemoryStore(),
    get: async () => ({ kind: 'failed', problem }),
    list: () => Promise.reject(new Error('broken')),
  };
  const store = countedStore(failing, usage, clockOf(0));
  await store.get('manifest');
  await expect(store.list('chunks/')).rejects.toThrow('broken');
  const { counts, problems } = usage.report();
  expect(counts).toMatchObject([
    { subject: 'manifest', outcome: 'failed', requests: 1 },
    { subject: 'chunk', outcome: 'unknown', requests: 1 },
  ]);
  expect(problems).toEqual([
    { code: 'SlowDown', requests: 1 },
    { code: 'Thrown', requests: 1 },
  ]);
});

test('codes without end end', () => {
  const usage = createStoreUsage();
  const call = { operation: 'get', subject: 'control', outcome: 'failed', milliseconds: 0 } as const;
  for (let code = 0; code < 3 * problemCodesMax; code++) usage.seen({ ...call, problemCode: `code-${code}` });
  const { problems } = usage.report();
  expect(problems).toHaveLength(problemCodesMax + 1);
  expect(problems.at(-1)).toEqual({ code: 'other', requests: 2 * problemCodesMax });
});

test('further requests of one call are requests', () => {
  const usage = createStoreUsage();
  usage.further('list', 'log/');
  usage.further('head', 'control');
  expect(usage.report().counts).toMatchObject([
    { operation: 'list', subject: 'segment', requests: 1 },
    { operation: 'head', subject: 'control', requests: 1 },
  ]);
});

test('keys and prefixes are told apart by kind, below a branch too', () => {
  const named = `${'a'.repeat(64)}-${'b'.repeat(16)}`;
  expect(subjectOf(`branches/one/0123456789abcdef/chunks/${named}`)).toBe('chunk');
  expect(subjectOf(`pages/${named}`)).toBe('page');
  expect(subjectOf('checkpoints/')).toBe('checkpoint');
  expect(subjectOf('branches/one/0123456789abcdef/log/')).toBe('segment');
  expect(subjectOf('branches/one/')).toBe('branches');
  expect(subjectOf('readme.txt')).toBe('other');
  expect(subjectOfAll(['control', 'manifest'])).toBe('several');
});
