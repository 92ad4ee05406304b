import fc from 'fast-check';
import { expect, test } from 'vitest';
import { noAlarms } from '../../src/core/alarm/alarms.ts';
import { applyAuthRecord, authInitial } from '../../src/core/auth/auth-state.ts';
import { covers, mergeGrants } from '../../src/core/auth/grants.ts';
import { refusalOf } from '../../src/core/auth/refusal.ts';
import { evaluateAuth } from '../../src/core/auth/evaluate-auth.ts';
import { readAuth, writeAuth } from '../../src/core/format/auth.ts';
import { ByteReader } from '../../src/core/format/reader.ts';
import { ByteWriter } from '../../src/core/format/writer.ts';
import { createState, type State } from '../../src/core/state/state.ts';
import type { Caller, Permission } from '../../src/core/types/auth.ts';
import type { AuthWriteRequest } from '../../src/core/types/request.ts';
import { createAuthModel, mayReach, modelAccess, modelAuth, type AuthModel } from './auth-model.ts';
import { deleteRange, put, range, txn } from './state-requests.ts';

/** Who may do what, held against a model that shares nothing with it: `auth-model.ts`. */

/** Few letters, so that ranges meet, touch and nest. */
const keys = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '\0', '\xff'), minLength: 1, maxLength: 3 });
const ends = fc.oneof(fc.constant(undefined), fc.constant('\0'), keys);
const ranges = fc.record({ key: keys, rangeEnd: ends });
const types = fc.constantFrom('read' as const, 'write' as const, 'readwrite' as const);
const askedTypes = fc.constantFrom('read' as const, 'write' as const);

const permissions: fc.Arbitrary<Permission> = fc
  .record({ type: types, key: keys, rangeEnd: ends })
  .map(({ type, key, rangeEnd }) => {
    if (rangeEnd === undefined || rangeEnd === '\0' || key < rangeEnd) return { type, key, rangeEnd };
    return key === rangeEnd ? { type, key, rangeEnd: undefined } : { type, key: rangeEnd, rangeEnd: key };
  });

test('a range is covered exactly when each of its keys is', () => {
  fc.assert(
    fc.property(fc.array(permissions, { maxLength: 6 }), askedTypes, ranges, (granted, type, asked) => {
      const fitting = granted.filter((permission) => permission.type === type || permission.type === 'readwrite');
      expect(covers(mergeGrants(fitting), asked)).toBe(mayReach(granted, type, asked));
    }),
    { numRuns: 2_000 },
  );
});

test('ranges that touch are one, and a hole of one key is a hole', () => {
  const read = (key: string, rangeEnd?: string): Permission => ({ type: 'read', key, rangeEnd });
  const halves = mergeGrants([read('c', 'e'), read('a', 'c')]);
  expect(covers(halves, { key: 'a', rangeEnd: 'e' })).toBe(true);
  expect(covers(halves, { key: 'a', rangeEnd: 'e\0' })).toBe(false);
  const holed = mergeGrants([read('a', 'c'), read('c\0', 'e')]);
  expect(covers(holed, { key: 'a', rangeEnd: 'e' })).toBe(false);
  expect(covers(holed, { key: 'c', rangeEnd: undefined })).toBe(false);
  expect(covers(mergeGrants([read('a', 'c'), read('c'), read('c\0', 'e')]), { key: 'a', rangeEnd: 'e' })).toBe(true);
  expect(covers(mergeGrants([read('b', '\0')]), { key: 'c', rangeEnd: '\0' })).toBe(true);
  expect(covers(mergeGrants([read('b', '\0')]), { key: 'a', rangeEnd: '\0' })).toBe(false);
});

const names = fc.constantFrom('root', 'root', 'alice', 'bob', 'carol', '');
const roleNames = fc.constantFrom('root', 'reader', 'writer', 'other', '');
const hashes = fc.constantFrom('h1', 'h2', '');
const kind = <Kind extends string>(word: Kind) => fc.constant(word);

const requests: fc.Arbitrary<AuthWriteRequest> = fc.oneof(
  fc.record({ kind: kind('auth-enable') }),
  fc.record({ kind: kind('auth-disable') }),
  fc.record({ kind: kind('auth-user-add'), name: names, passwordHash: hashes, noPassword: fc.boolean() }),
  fc.record({ kind: kind('auth-user-delete'), name: names }),
  fc.record({ kind: kind('auth-user-change-password'), name: names, passwordHash: hashes }),
  fc.record({ kind: kind('auth-user-grant-role'), name: names, role: roleNames }),
  fc.record({ kind: kind('auth-user-grant-role'), name: names, role: roleNames }),
  fc.record({ kind: kind('auth-user-revoke-role'), name: names, role: roleNames }),
  fc.record({ kind: kind('auth-role-add'), name: roleNames }),
  fc.record({ kind: kind('auth-role-delete'), role: roleNames }),
  fc.record({
    kind: kind('auth-role-grant-permission'),
    role: roleNames,
    permission: fc.oneof(permissions, permissions, fc.constant(undefined), ranges.map(withType)),
  }),
  ranges.chain((asked) =>
    fc.record({ kind: kind('auth-role-revoke-permission'), role: roleNames, ...constants(asked) }),
  ),
);

function withType(asked: { key: string; rangeEnd: string | undefined }): Permission {
  return { type: 'read', ...asked };
}

function constants({ key, rangeEnd }: { key: string; rangeEnd: string | undefined }) {
  return { key: fc.constant(key), rangeEnd: fc.constant(rangeEnd) };
}

const callers: fc.Arbitrary<CallerPlan> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ kind: 'anonymous' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'invalid-token' as const }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: kind('user'),
      name: fc.constantFrom('alice', 'alice', 'root', 'bob'),
      token: fc.constantFrom('certificate', 'simple', 'simple', 'jwt', 'jwt'),
    }),
  },
);

type CallerPlan =
  | { readonly kind: 'anonymous' | 'invalid-token' }
  | { readonly kind: 'user'; readonly name: string; readonly token: string };

type Step =
  | { readonly step: 'change'; readonly request: AuthWriteRequest }
  | { readonly step: 'login'; readonly caller: CallerPlan }
  | {
      readonly step: 'ask';
      readonly type: 'read' | 'write';
      readonly key: string;
      readonly rangeEnd: string | undefined;
    };

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ step: kind('change'), request: requests }),
  fc.record({ step: kind('change'), request: requests }),
  fc.record({ step: kind('login'), caller: callers }),
  fc.record({ step: kind('ask'), type: askedTypes, key: keys, rangeEnd: ends }),
  fc.record({ step: kind('ask'), type: askedTypes, key: keys, rangeEnd: ends }),
);

/** Without these first, nothing is ever on. */
const opening: readonly AuthWriteRequest[] = [
  { kind: 'auth-user-add', name: 'root', passwordHash: 'h', noPassword: false },
  { kind: 'auth-user-grant-role', name: 'root', role: 'root' },
  { kind: 'auth-user-add', name: 'alice', passwordHash: 'h', noPassword: false },
  { kind: 'auth-role-add', name: 'reader' },
  { kind: 'auth-user-grant-role', name: 'alice', role: 'reader' },
  { kind: 'auth-enable' },
];

test('random programs of users, roles and callers: as the model says, and every record replays to the same', () => {
  const told = new Map<string, number>();
  fc.assert(
    fc.property(
      fc.nat(4).map((draw) => draw > 0),
      callers,
      fc.array(steps, { minLength: 1, maxLength: 60 }),
      (opened, first, program) => {
        const state = createState();
        const model = createAuthModel();
        let replica = authInitial;
        let caller: Caller;
        const change = (request: AuthWriteRequest) => {
          const before = state.auth;
          const evaluation = evaluateAuth(state, request);
          const expected = modelAuth(model, request);
          const said = evaluation.kind === 'error' ? evaluation.error.message : undefined;
          expect(said).toBe(expected === undefined ? undefined : `etcdserver: ${expected}`);
          if (evaluation.kind === 'record') {
            if (evaluation.record.kind !== 'auth') throw new Error('another record');
            replica = applyAuthRecord(replica, evaluation.record);
          } else expect(state.auth).toBe(before);
          expect(replica).toStrictEqual(state.auth);
          expectSame(state, model);
          told.set(expected ?? request.kind, (told.get(expected ?? request.kind) ?? 0) + 1);
        };
        if (opened) for (const request of opening) change(request);
        caller = loggedIn(model, first);
        for (const step of program) {
          switch (step.step) {
            case 'change':
              change(step.request);
              break;
            case 'login':
              caller = loggedIn(model, step.caller);
              break;
            case 'ask':
              ask(state, model, caller, step, told);
          }
        }
      },
    ),
    { numRuns: 400 },
  );
  for (const word of [
    'permission denied',
    'allowed',
    'invalid auth token',
    'revision of auth store is old',
    'user name is empty',
  ]) {
    expect(told.get(word) ?? 0, word).toBeGreaterThan(0);
  }
});

function loggedIn(model: AuthModel, plan: CallerPlan): Caller {
  if (plan.kind !== 'user') return plan;
  const { kind: _, name, token } = plan;
  if (token === 'certificate') return { kind: 'user', name };
  if (token === 'jwt') return { kind: 'user', name, authRevision: model.revision };
  return { kind: 'user', name, credentialRevision: model.users.get(name)?.passwordSetAt ?? 1 };
}

function ask(
  state: State,
  model: AuthModel,
  caller: Caller,
  { type, key, rangeEnd }: Extract<Step, { step: 'ask' }>,
  told: Map<string, number>,
): void {
  const ground = { auth: state.auth, alarms: noAlarms, leases: state.leases };
  const single = { key, rangeEnd: undefined };
  const expected = (asked: 'read' | 'write', over: { key: string; rangeEnd: string | undefined }) =>
    model.enabled ? modelAccess(model, caller, asked, over) : undefined;
  const both = (over: typeof single | { key: string; rangeEnd: string | undefined }) =>
    expected('write', over) ?? expected('read', over);
  const said = (request: Parameters<typeof refusalOf>[2]) =>
    refusalOf(ground, caller, request)?.message.slice('etcdserver: '.length);
  const whole = { key, rangeEnd };
  const asking = type === 'read' ? range(key, rangeEnd) : deleteRange(key, rangeEnd);
  const outcome = expected(type, whole);
  told.set(outcome ?? 'allowed', (told.get(outcome ?? 'allowed') ?? 0) + 1);
  expect(said(asking)).toBe(outcome);
  expect(said(deleteRange(key, rangeEnd, true))).toBe(both(whole));
  expect(said(put(key))).toBe(expected('write', single));
  expect(said(put(key, '', { previousKv: true }))).toBe(both(single));
  // In a transaction, in whichever branch, nested or not, and in its compares.
  expect(said(txn([], [asking]))).toBe(outcome);
  expect(said(txn([txn([], [asking])]))).toBe(outcome);
  const compare = { ...whole, result: 'equal', target: { kind: 'unknown' } } as const;
  expect(said(txn([], [], [compare]))).toBe(expected('read', whole));
  expect(said(txn([], [txn([], [], [compare])]))).toBe(expected('read', whole));
}

function expectSame({ auth }: State, model: AuthModel): void {
  expect({ enabled: auth.enabled, revision: auth.revision }).toEqual({
    enabled: model.enabled,
    revision: model.revision,
  });
  expect([...auth.users.keys()]).toEqual([...model.users.keys()].sort());
  for (const [name, user] of model.users) {
    expect(auth.users.get(name)).toEqual({
      name,
      passwordHash: user.hash,
      noPassword: user.noPassword,
      roles: [...user.roles].sort(),
      credentialRevision: user.passwordSetAt,
    });
  }
  expect([...auth.roles.keys()]).toEqual([...model.roles.keys()].sort());
  for (const [name, granted] of model.roles) {
    const { permissions: held } = auth.roles.get(name)!;
    expect(held.map(({ key }) => key)).toEqual(held.map(({ key }) => key).sort());
    expect(new Set(held)).toEqual(new Set(granted.values()));
    expect(held.length).toBe(granted.size);
  }
  const writer = new ByteWriter(64);
  writeAuth(writer, auth);
  expect(readAuth(new ByteReader(writer.written()))).toStrictEqual(auth);
}
