import { expect, test } from 'vitest';
import { all, compare, deleteRange, put, range, txn, write } from '../../../test/property/state-requests.ts';
import { createState } from '../state/state.ts';
import type { AlarmKind } from '../types/alarm.ts';
import { clientErrors } from '../types/error.ts';
import type { AlarmRequest, Request } from '../types/request.ts';
import { evaluateWrite } from '../write/evaluate.ts';
import { alarmsAskedFor } from './evaluate-alarm.ts';
import { fitsQuota } from './quota.ts';
import { mayExpire, refusedByAlarms } from './refused-by-alarms.ts';

const ask = (action: AlarmRequest['action'], alarm: AlarmRequest['alarm'], memberId = 7n): AlarmRequest => ({
  kind: 'alarm',
  action,
  alarm,
  memberId,
});

test('an alarm is raised once and taken back once; the answer names it', () => {
  const state = createState();
  const named = { memberId: 7n, alarm: 'nospace' };
  expect(evaluateWrite(state, ask('activate', 'nospace'))).toMatchObject({
    kind: 'record',
    record: { kind: 'alarm', ...named, active: true },
    response: { alarms: [named] },
    revision: 1,
  });
  expect(evaluateWrite(state, ask('activate', 'nospace'))).toMatchObject({
    kind: 'answer',
    response: { alarms: [named] },
  });
  write(state, ask('activate', 'corrupt', 1n));
  write(state, ask('activate', 'nospace', 3n));
  expect(state.alarms).toEqual([{ memberId: 3n, alarm: 'nospace' }, named, { memberId: 1n, alarm: 'corrupt' }]);
  expect(alarmsAskedFor(state.alarms, ask('get', 'none', 0n)).alarms).toEqual(state.alarms);
  expect(alarmsAskedFor(state.alarms, ask('get', 'corrupt', 0n)).alarms).toEqual([{ memberId: 1n, alarm: 'corrupt' }]);
  // Another member's stays, and no member stands for all of them.
  expect(evaluateWrite(state, ask('deactivate', 'nospace', 0n))).toMatchObject({
    kind: 'answer',
    response: { alarms: [] },
  });
  expect(evaluateWrite(state, ask('deactivate', 'nospace'))).toMatchObject({
    kind: 'record',
    response: { alarms: [named] },
  });
  expect(evaluateWrite(state, ask('deactivate', 'nospace'))).toMatchObject({
    kind: 'answer',
    response: { alarms: [] },
  });
  expect(evaluateWrite(state, ask('activate', 'none'))).toMatchObject({ kind: 'answer', response: { alarms: [] } });
  expect(state.alarms.length).toBe(2);
});

const takesSpace: readonly Request[] = [
  put('a'),
  txn([put('a')]),
  txn([], [txn([], [put('a')])]),
  { kind: 'lease-grant', id: 1n, ttlSeconds: 5 },
];
const changes: readonly Request[] = [
  deleteRange('a'),
  txn([deleteRange('a')]),
  { kind: 'compact', revision: 1, physical: false },
  { kind: 'lease-revoke', id: 1n },
];
const reads: readonly Request[] = [
  range('a'),
  all(),
  txn([range('a')], [], [compare('a', { kind: 'version', version: 0 })]),
  { kind: 'lease-keep-alive', id: 1n },
  { kind: 'lease-time-to-live', id: 1n, keys: true },
  { kind: 'lease-leases' },
  { kind: 'auth-disable' },
  { kind: 'status' },
  { kind: 'hash-kv', revision: 0 },
  ask('deactivate', 'corrupt'),
];

test('without space nothing is put, in whichever branch; what gives space back is done', () => {
  const said = (request: Request) => refusedByAlarms([{ memberId: 1n, alarm: 'nospace' }], request);
  for (const request of takesSpace) expect(said(request)).toBe(clientErrors.noSpace);
  for (const request of [...changes, ...reads]) expect(said(request)).toBeUndefined();
});

test('while the state is in doubt nothing is changed, by clients or by the clock', () => {
  const alarms = (['nospace', 'corrupt'] as const).map((alarm: AlarmKind) => ({ memberId: 1n, alarm }));
  for (const request of [...takesSpace, ...changes])
    expect(refusedByAlarms(alarms, request)).toBe(clientErrors.corrupt);
  for (const request of reads) expect(refusedByAlarms(alarms, request)).toBeUndefined();
  expect(mayExpire(alarms)).toBe(false);
  expect(mayExpire(alarms.slice(0, 1))).toBe(true);
});

test('a quota counts what a write would add, of the branch that costs more', () => {
  const fits = (request: Parameters<typeof fitsQuota>[0], left: number) => fitsQuota(request, 1_000, 1_000 + left);
  expect(fits(put('ab', 'cd'), 260)).toBe(false);
  expect(fits(put('ab', 'cd'), 261)).toBe(true);
  expect(fits(txn([put('a')], [put('a'), txn([put('b')])]), 514)).toBe(false);
  expect(fits(txn([put('a')], [put('a'), txn([put('b')])]), 515)).toBe(true);
  expect(fits({ kind: 'lease-grant', id: 1n, ttlSeconds: 5 }, 64)).toBe(false);
  expect(fits(deleteRange('a'), -500)).toBe(true);
  expect(fits(txn([deleteRange('a')]), -500)).toBe(true);
  expect(fitsQuota(put('a'), 1_000_000, 0)).toBe(true);
});
