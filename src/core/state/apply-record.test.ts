import { expect, test } from 'vitest';
import { deleteRange, grant, put, versionsIn, write } from '../../../test/property/state-requests.ts';
import { AssertionError } from '../assert.ts';
import type { LogRecord, WriteOperation } from '../types/record.ts';
import { applyRecord } from './apply-record.ts';
import { finishLoading, loadTables, loadVersion } from './load.ts';
import { createState, type State } from './state.ts';

/** Revisions 2 to 5; key a hangs on lease 1. */
function filled(): State {
  const state = createState();
  grant(state, 1n);
  write(state, put('a', 'x', { lease: 1n }));
  write(state, put('b', 'y'));
  write(state, deleteRange('b'));
  write(state, put('c', 'z'));
  return state;
}

const operation: WriteOperation = {
  kind: 'put',
  key: 'd',
  value: new Uint8Array(1),
  lease: 0n,
  createRevision: 6,
  version: 1,
};

function written(...operations: WriteOperation[]): LogRecord {
  return { kind: 'write', revision: 6, operations };
}

test('a record that fits is applied', () => {
  expect(applyRecord(filled(), written(operation))).toMatchObject([{ key: 'd', modRevision: 6, sub: 0, version: 1 }]);
});

test.each<[string, LogRecord]>([
  ['no operation', written()],
  [
    'a revision that is not the next',
    { kind: 'write', revision: 7, operations: [{ ...operation, createRevision: 7 }] },
  ],
  ['a creation that the state does not know', written({ ...operation, createRevision: 5 })],
  ['a version that does not follow', written({ ...operation, version: 2 })],
  ['a delete of a key that is not there', written({ kind: 'delete', key: 'b' })],
  ['a lease that is not there', written({ ...operation, lease: 9n })],
  ['a compaction of the future', { kind: 'compact', revision: 6 }],
  ['a lease that was granted', { kind: 'lease-grant', lease: 1n, ttlSeconds: 5 }],
  ['a revoke of no lease', { kind: 'lease-revoke', lease: 9n, revision: 0, keys: [] }],
  ['a revoke that leaves a key', { kind: 'lease-revoke', lease: 1n, revision: 0, keys: [] }],
  ['a revoke of another key', { kind: 'lease-revoke', lease: 1n, revision: 6, keys: ['c'] }],
])('a record that does not fit is our bug: %s', (_name, record) => {
  expect(() => applyRecord(filled(), record)).toThrow(AssertionError);
});

test('a fence changes nothing', () => {
  const state = filled();
  expect(applyRecord(state, { kind: 'fence', epoch: 3, memberId: 1n })).toEqual([]);
  expect(state.revision).toBe(5);
});

test('a loaded state goes on where the other was, keys in any order', () => {
  const state = filled();
  const loaded = createState();
  loadTables(loaded, { leases: new Map([[1n, 60]]), auth: state.auth, alarms: state.alarms });
  for (const key of ['c', 'b', 'a']) {
    for (const version of state.index.versionsOf(key)) loadVersion(loaded, { ...version, value: undefined });
  }
  finishLoading(loaded, 5, 0);
  expect(loaded.history.between(1, 5).map(({ modRevision }) => modRevision)).toEqual([2, 3, 4, 5]);
  expect([...loaded.leases.get(1n)!.keys]).toEqual(['a']);
  const { bytesTotal, bytesInUse, keys, versions } = state;
  expect(loaded).toMatchObject({ revision: 5, bytesTotal, bytesInUse, keys, versions });
  expect(applyRecord(loaded, written(operation))).toEqual(applyRecord(state, written(operation)));
  expect(versionsIn(loaded)).toHaveLength(5);
});

test('what cannot be loaded is our bug', () => {
  const [version] = versionsIn(filled());
  const loading = createState();
  loadVersion(loading, version!);
  expect(() => finishLoading(loading, 5, 0)).toThrow('a key hangs on a lease that exists');
  const early = createState();
  loadVersion(early, { ...version!, lease: 0n });
  expect(() => finishLoading(early, 1, 0)).toThrow('a loaded version is not of the future');
});
