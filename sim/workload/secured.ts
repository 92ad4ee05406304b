import type { PlainAuthWriteRequest, PlainCaller, PlainPermission } from '../types/plain-auth.ts';
import type { PlainRequest, PlainRequestBody, PlainTxnOperation } from '../types/plain.ts';
import type { Action, Operation } from '../types/scenario.ts';
import type { Draw } from '../world/random.ts';
import { operationsOf, type Workload } from './workload.ts';

/** Users, roles and permissions that change under the hands of those who use them. */
export const secured: Workload = {
  name: 'secured',
  does: 'makes users and roles, lets them have keys and takes them back, with authentication on and off; asks in everybody’s name',
  generate(draw, context) {
    const { under = '', firstLease, activeMs } = context;
    const opened = Array.from({ length: rounds }, (_, round) => (round * activeMs) / 3).flatMap((fromMs, round) =>
      [...opening, ...leasesOf(firstLease + round * leasesPerRound, under)].map((request, index): Operation => {
        const id = `${under}secured-opening-${round + 1}-${index + 1}`;
        const action: Action = { kind: 'request', request };
        return { id, client: `${under}secured-admin`, node: 0, atMs: fromMs + index * openingGapMs, action };
      }),
    );
    const count = Math.max(20, Math.ceil(context.operations / 2));
    const traffic = operationsOf('secured', draw, context, count, (own, id, index): Action => {
      return {
        kind: 'request',
        request: own.chance(0.3) ? adminOf(own, id, firstLease) : askedBy(own, requestOf(own, id, firstLease, index)),
      };
    });
    const watches = operationsOf('secured-watch', draw, context, Math.ceil(count / 8), (own): Action =>
      watchOf(own, activeMs),
    );
    return [...opened, ...traffic, ...watches];
  },
};

/** Now and then the process itself does what others may not. */
function askedBy(own: Draw, request: PlainRequestBody): PlainRequest {
  return own.chance(0.1) ? request : { ...request, caller: callerOf(own) };
}

/** What is tried once may fail. */
const rounds = 2;
const leasesPerRound = 3;

/** Of what the caller may read, of more than that, and of everything; who is refused asks again later. */
function watchOf(own: Draw, activeMs: number): Action {
  const range = own.chance(0.15) ? { key: '\0', rangeEnd: '\0' } : rangeOf(own);
  return {
    kind: 'watch',
    watch: {
      ...range,
      startRevision: own.chance(0.5) ? 0 : own.between(1, 20),
      previousKv: own.chance(0.3),
      caller: callerOf(own),
    },
    forMs: own.between(500, activeMs),
    consumeMs: 0,
    resume: own.chance(0.7),
    progressEveryMs: 0,
  };
}

/**
 * An id is granted once: whose lease it is has to be told by it. The last one of a round holds a key that keepers may not write: whoever else
 * revokes it deletes what is not theirs.
 */
function leasesOf(first: number, under: string): readonly PlainRequestBody[] {
  const ids = Array.from({ length: leasesPerRound }, (_, index) => String(first + index));
  const last = ids.at(-1)!;
  return [
    ...ids.map((id): PlainRequestBody => ({ kind: 'lease-grant', id, ttlSeconds: 30 })),
    { kind: 'put', key: 's/e', value: `${under}held by ${last}`, lease: last },
  ];
}

/** Long enough for one to be done before the next, mostly. */
const openingGapMs = 400;

const opening: readonly PlainAuthWriteRequest[] = [
  { kind: 'auth-user-add', name: 'root', passwordHash: 'first', noPassword: false },
  { kind: 'auth-user-grant-role', name: 'root', role: 'root' },
  { kind: 'auth-user-add', name: 'alice', passwordHash: 'first', noPassword: false },
  { kind: 'auth-role-add', name: 'keeper' },
  { kind: 'auth-user-grant-role', name: 'alice', role: 'keeper' },
  {
    kind: 'auth-role-grant-permission',
    role: 'keeper',
    permission: { type: 'readwrite', key: 's/a', rangeEnd: 's/c' },
  },
  { kind: 'auth-enable' },
  { kind: 'auth-user-add', name: 'bob', passwordHash: 'first', noPassword: false },
  { kind: 'auth-role-add', name: 'writer' },
  { kind: 'auth-user-grant-role', name: 'bob', role: 'writer' },
  { kind: 'auth-role-grant-permission', role: 'writer', permission: { type: 'write', key: 's/b', rangeEnd: 's/e' } },
];

const keys = ['s/a', 's/b', 's/c', 's/d', 's/e'] as const;
const users = ['alice', 'alice', 'bob'] as const;
const roles = ['keeper', 'keeper', 'reader', 'writer'] as const;

function adminOf(own: Draw, id: string, firstLease: number): PlainRequest {
  const user = own.pick(users);
  const role = own.pick(roles);
  const caller: PlainCaller | undefined = own.chance(0.3)
    ? { kind: 'user', name: own.pick(['root', 'root', 'alice']) }
    : undefined;
  const request = own.pick<() => PlainRequestBody>([
    () => ({ kind: 'auth-user-add', name: user, passwordHash: `hash ${own.below(3)}`, noPassword: own.chance(0.2) }),
    () => ({ kind: 'auth-user-delete', name: user }),
    () => ({ kind: 'put', key: own.pick(keys), value: id, lease: leaseOf(own, firstLease) }),
    () => ({ kind: 'put', key: own.pick(keys), value: id, lease: leaseOf(own, firstLease) }),
    () => ({ kind: 'auth-user-change-password', name: user, passwordHash: `hash ${own.below(3)}` }),
    () => ({ kind: 'auth-user-grant-role', name: user, role }),
    () => ({ kind: 'auth-user-grant-role', name: user, role }),
    () => ({ kind: 'auth-user-revoke-role', name: user, role }),
    () => ({ kind: 'auth-role-add', name: role }),
    () => ({ kind: 'auth-role-delete', role }),
    () => ({ kind: 'auth-role-grant-permission', role, permission: permissionOf(own) }),
    () => ({ kind: 'auth-role-grant-permission', role, permission: permissionOf(own) }),
    () => ({ kind: 'auth-role-grant-permission', role, permission: permissionOf(own) }),
    () => ({ kind: 'auth-role-revoke-permission', role, ...rangeOf(own) }),
    () => ({ kind: 'auth-enable' }),
    () => ({ kind: 'auth-enable' }),
    () => (own.chance(0.3) ? { kind: 'auth-disable' } : { kind: 'auth-status' }),
    () => ({ kind: 'auth-user-list' }),
    () => ({ kind: 'auth-user-get', name: user }),
    () => ({ kind: 'auth-role-get', role }),
    () => ({ kind: 'auth-role-list' }),
  ])();
  return caller === undefined ? request : { ...request, caller };
}

function permissionOf(own: Draw): PlainPermission {
  return { type: own.pick(['read', 'write', 'readwrite', 'readwrite']), ...rangeOf(own) };
}

/** Ascending, and often one that ends where another begins. */
function rangeOf(own: Draw): { readonly key: string; readonly rangeEnd?: string } {
  const from = own.below(keys.length);
  const key = keys[from]!;
  if (own.chance(0.4) || from === keys.length - 1) return { key };
  return { key, rangeEnd: own.chance(0.1) ? '\0' : keys[own.between(from + 1, keys.length - 1)]! };
}

function callerOf(own: Draw): PlainCaller {
  if (own.chance(0.06)) return { kind: 'anonymous' };
  if (own.chance(0.03)) return { kind: 'invalid-token' };
  const name = own.pick(['alice', 'alice', 'alice', 'bob', 'root']);
  if (own.chance(0.08)) return { kind: 'user', name, credentialRevision: own.between(2, 8) };
  if (own.chance(0.05)) return { kind: 'user', name, authRevision: own.between(5, 20) };
  return { kind: 'user', name };
}

function requestOf(own: Draw, id: string, firstLease: number, index: number): PlainRequestBody {
  const lease = leaseOf(own, firstLease);
  return own.pick<() => PlainRequestBody>([
    () => operationOf(own, id),
    () => operationOf(own, id),
    () => operationOf(own, id),
    () => txnOf(own, id),
    () => txnOf(own, id),
    () => ({
      kind: 'lease-grant',
      id: String(firstLease + rounds * leasesPerRound + index),
      ttlSeconds: own.between(3, 20),
    }),
    () => ({ kind: 'put', key: own.pick(keys), value: id, lease }),
    () => ({ kind: 'put', key: own.pick(keys), value: id, lease }),
    () => (own.chance(0.4) ? { kind: 'lease-revoke', id: lease } : { kind: 'lease-keep-alive', id: lease }),
    () => ({ kind: 'lease-time-to-live', id: lease, keys: own.chance(0.6) }),
    () => ({ kind: 'lease-leases' }),
  ])();
}

function leaseOf(own: Draw, firstLease: number): string {
  return String(firstLease + own.below(rounds * leasesPerRound));
}

function operationOf(own: Draw, value: string): PlainTxnOperation {
  const previousKv = own.chance(0.4);
  return own.pick<() => PlainTxnOperation>([
    () => ({ kind: 'range', ...rangeOf(own), serializable: own.chance(0.1) }),
    () => ({ kind: 'range', ...rangeOf(own) }),
    () => ({ kind: 'put', key: own.pick(keys), value, previousKv }),
    () => ({ kind: 'put', key: own.pick(keys), value, previousKv }),
    () => ({ kind: 'delete-range', ...rangeOf(own), previousKv }),
  ])();
}

function txnOf(own: Draw, value: string): PlainTxnOperation {
  const target = { kind: 'version', version: own.below(2) } as const;
  return {
    kind: 'txn',
    compare: own.chance(0.7) ? [{ key: own.pick(keys), result: own.pick(['equal', 'greater']), target }] : [],
    success: [operationOf(own, `${value}/then`)],
    failure: own.chance(0.6) ? [operationOf(own, `${value}/else`)] : [],
  };
}
