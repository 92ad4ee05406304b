import { describe, expect, test } from 'vitest';
import { all, deleteRange, grant, put, range, txn, write } from '../../../test/property/state-requests.ts';
import { createState, type State } from '../state/state.ts';
import type { Caller } from '../types/auth.ts';
import { clientErrors } from '../types/error.ts';
import type { AuthWriteRequest, Request } from '../types/request.ts';
import { evaluateAuth } from './evaluate-auth.ts';
import { refusalOf, watchRefusal } from './refusal.ts';

const anonymous: Caller = { kind: 'anonymous' };
const user = (name: string): Caller => ({ kind: 'user', name });

/** Authentication is on. `alice` reads and writes keys from a to b and reads c; lease 1 holds a key of hers, lease 2 one of hers and one of root's. */
function secured(): State {
  const state = createState();
  for (const id of [1n, 2n, 3n]) grant(state, id);
  write(state, put('a1', '', { lease: 1n }));
  write(state, put('a2', '', { lease: 2n }));
  write(state, put('z', '', { lease: 2n }));
  const requests: readonly AuthWriteRequest[] = [
    { kind: 'auth-user-add', name: 'root', passwordHash: 'h', noPassword: false },
    { kind: 'auth-user-grant-role', name: 'root', role: 'root' },
    { kind: 'auth-user-add', name: 'alice', passwordHash: 'h', noPassword: false },
    { kind: 'auth-role-add', name: 'reader' },
    { kind: 'auth-role-grant-permission', role: 'reader', permission: { type: 'readwrite', key: 'a', rangeEnd: 'b' } },
    { kind: 'auth-role-grant-permission', role: 'reader', permission: { type: 'read', key: 'c', rangeEnd: undefined } },
    { kind: 'auth-user-grant-role', name: 'alice', role: 'reader' },
    { kind: 'auth-enable' },
  ];
  for (const request of requests) {
    const evaluation = evaluateAuth(state, request);
    if (evaluation.kind !== 'record') throw new Error(`${request.kind} did nothing`);
  }
  return state;
}

const said = (request: Request, caller: Caller | undefined, state = secured()) => {
  const error = refusalOf(state, caller, request);
  return error && Object.entries(clientErrors).find(([, known]) => known === error)![0];
};

const rootOnly: readonly Request[] = [
  { kind: 'compact', revision: 1, physical: false },
  { kind: 'hash-kv', revision: 0 },
  { kind: 'checkpoint' },
  { kind: 'snapshot' },
  { kind: 'move-leader', target: 2n },
  { kind: 'auth-enable' },
  { kind: 'auth-disable' },
  { kind: 'auth-user-add', name: 'x', passwordHash: '', noPassword: true },
  { kind: 'auth-user-list' },
  { kind: 'auth-user-delete', name: 'alice' },
  { kind: 'auth-user-change-password', name: 'alice', passwordHash: '' },
  { kind: 'auth-user-grant-role', name: 'alice', role: 'root' },
  { kind: 'auth-user-revoke-role', name: 'alice', role: 'reader' },
  { kind: 'auth-role-add', name: 'x' },
  { kind: 'auth-role-list' },
  { kind: 'auth-role-delete', role: 'reader' },
  { kind: 'auth-role-grant-permission', role: 'reader', permission: undefined },
  { kind: 'auth-role-revoke-permission', role: 'reader', key: 'a', rangeEnd: 'b' },
  { kind: 'alarm', action: 'activate', alarm: 'nospace', memberId: 1n },
  { kind: 'alarm', action: 'deactivate', alarm: 'nospace', memberId: 1n },
  { kind: 'auth-user-get', name: 'root' },
  { kind: 'auth-role-get', role: 'other' },
];

test.each(rootOnly)('only root: $kind', (request) => {
  expect(said(request, user('root'))).toBeUndefined();
  expect(said(request, user('alice'))).toBe('permissionDenied');
  expect(said(request, user('nobody'))).toBe('userNotFound');
  expect(said(request, anonymous)).toBe('userNameEmpty');
  expect(said(request, { kind: 'invalid-token' })).toBe('invalidAuthToken');
  expect(said(request, undefined)).toBeUndefined();
  expect(said(request, anonymous, createState())).toBeUndefined();
});

const anyUser: readonly Request[] = [
  { kind: 'lease-grant', id: 9n, ttlSeconds: 5 },
  { kind: 'status' },
  { kind: 'members', linearizable: true },
  { kind: 'alarm', action: 'get', alarm: 'none', memberId: 0n },
  { kind: 'lease-time-to-live', id: 2n, keys: false },
];

test.each(anyUser)('anybody with a name: $kind', (request) => {
  expect(said(request, user('alice'))).toBeUndefined();
  expect(said(request, user('nobody'))).toBeUndefined();
  expect(said(request, anonymous)).toBe('userNameEmpty');
  expect(said(request, { kind: 'invalid-token' })).toBe('invalidAuthToken');
});

test('what is their own everybody may look at, and the switch too', () => {
  expect(said({ kind: 'auth-user-get', name: 'alice' }, user('alice'))).toBeUndefined();
  expect(said({ kind: 'auth-role-get', role: 'reader' }, user('alice'))).toBeUndefined();
  expect(said({ kind: 'auth-status' }, anonymous)).toBeUndefined();
  expect(said({ kind: 'auth-status' }, { kind: 'invalid-token' })).toBe('invalidAuthToken');
});

test('credentials are told to nobody but the process itself, whether authentication is on or not', () => {
  const request: Request = { kind: 'auth-credentials', name: 'alice' };
  expect(said(request, undefined)).toBeUndefined();
  expect(said(request, user('root'))).toBe('permissionDenied');
  expect(said(request, anonymous, createState())).toBe('permissionDenied');
});

describe('keys', () => {
  test('of a put: its own, those on its lease, and what it wants to see', () => {
    expect(said(put('a9', '', { lease: 1n, previousKv: true }), user('alice'))).toBeUndefined();
    expect(said(put('a9', '', { lease: 2n }), user('alice'))).toBe('permissionDenied');
    expect(said(put('a9', '', { lease: 99n }), user('alice'))).toBeUndefined();
    expect(said(put('c'), user('alice'))).toBe('permissionDenied');
    expect(said(txn([put('a9', '', { lease: 2n })]), user('alice'))).toBe('permissionDenied');
  });

  test('of a transaction: both branches, and compares', () => {
    expect(said(txn([range('a1')], [range('z')]), user('alice'))).toBe('permissionDenied');
    expect(said(txn([range('z')], [range('a1')]), user('alice'))).toBe('permissionDenied');
    expect(said(txn([], [txn([], [deleteRange('a', 'c')])]), user('alice'))).toBe('permissionDenied');
    expect(said(txn([range('c'), deleteRange('a', 'b', true)]), user('alice'))).toBeUndefined();
    expect(said(txn([]), anonymous)).toBeUndefined();
  });

  test('on leases', () => {
    for (const kind of ['lease-revoke', 'lease-keep-alive'] as const) {
      expect(said({ kind, id: 1n }, user('alice'))).toBeUndefined();
      expect(said({ kind, id: 2n }, user('alice'))).toBe('permissionDenied');
      expect(said({ kind, id: 3n }, user('alice'))).toBeUndefined();
      expect(said({ kind, id: 2n }, user('root'))).toBeUndefined();
      expect(said({ kind, id: 3n }, anonymous)).toBe('userNameEmpty');
    }
    expect(said({ kind: 'lease-time-to-live', id: 2n, keys: true }, user('alice'))).toBe('permissionDenied');
    expect(said({ kind: 'lease-time-to-live', id: 1n, keys: true }, user('alice'))).toBeUndefined();
    expect(said({ kind: 'lease-leases' }, user('alice'))).toBe('permissionDenied');
    expect(said({ kind: 'lease-leases' }, user('root'))).toBeUndefined();
  });
});

describe('tokens', () => {
  const aged = (name: string, authRevision: number): Caller => ({ kind: 'user', name, authRevision });

  test('that carry a revision are good for keys at that revision, and for what root alone may do at any', () => {
    const { revision } = secured().auth;
    expect(said(range('a1'), aged('alice', revision))).toBeUndefined();
    expect(said(range('a1'), aged('alice', revision - 1))).toBe('authOldRevision');
    expect(said(range('a1'), aged('alice', revision + 1))).toBe('authOldRevision');
    expect(said(all(), aged('root', revision - 1))).toBe('authOldRevision');
    expect(said({ kind: 'auth-user-list' }, aged('root', revision - 1))).toBeUndefined();
    expect(said({ kind: 'lease-revoke', id: 2n }, aged('root', revision - 1))).toBeUndefined();
    expect(said(range('a1'), aged('alice', 0))).toBe('userNameEmpty');
  });

  test('that die with the password', () => {
    const credentialRevision = secured().auth.users.get('alice')!.credentialRevision;
    expect(said(range('a1'), { kind: 'user', name: 'alice', credentialRevision })).toBeUndefined();
    expect(said(range('a1'), { kind: 'user', name: 'alice', credentialRevision: credentialRevision - 1 })).toBe(
      'invalidAuthToken',
    );
    expect(said(range('a1'), { kind: 'user', name: 'nobody', credentialRevision })).toBe('invalidAuthToken');
    expect(said(range('a1'), user('nobody'))).toBe('permissionDenied');
  });
});

test('a watch needs to read all of its range, from its first key on', () => {
  const state = secured();
  const rest = { watchId: 0n, startRevision: 0, progressNotify: false, noPut: false, noDelete: false };
  const watch = (key: string, rangeEnd: string | undefined, caller: Caller) =>
    watchRefusal(state, caller, { ...rest, key, rangeEnd, previousKv: false, fragment: false });
  expect(watch('a', 'b', user('alice'))).toBeUndefined();
  expect(watch('c', '\0', user('alice'))).toEqual(clientErrors.permissionDenied);
  expect(watch('', undefined, user('alice'))).toEqual(clientErrors.permissionDenied);
  expect(watch('', '\0', user('root'))).toBeUndefined();
  expect(watch('a', 'b', anonymous)).toEqual(clientErrors.userNameEmpty);
  expect(watch('a', 'b', { kind: 'invalid-token' })).toEqual(clientErrors.invalidAuthToken);
});
