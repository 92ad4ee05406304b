import { noLease, type ByteString, type LeaseId } from '../types/bytes.ts';
import type { KeyRange } from '../types/key-range.ts';
import type { PutRequest, Request, TxnOperation, TxnRequest } from '../types/request.ts';

/**
 * What a caller has to be, and may have to be allowed, for each request while authentication is enabled: etcd's rules
 * (`server/etcdserver/apply/auth.go`, `v3_server.go`, `api/v3rpc`). Total: a request without its line here does not compile.
 */
export interface Needs {
  readonly standing: Standing;
  readonly access: readonly Access[];
}

export type Standing =
  /** Whoever asks, unless with a token that is void. */
  | { readonly kind: 'anybody' }
  /** Somebody: a token or a certificate. */
  | { readonly kind: 'user' }
  /** A user with the role `root`. */
  | { readonly kind: 'root' }
  /** That user, or one with the role `root`. */
  | { readonly kind: 'user-named'; readonly name: ByteString }
  /** A user with that role, or with the role `root`. */
  | { readonly kind: 'role-holder'; readonly role: ByteString }
  /** The process itself, whether authentication is enabled or not. */
  | { readonly kind: 'process' };

export type AccessType = 'read' | 'write';

export type Access =
  | { readonly kind: 'range'; readonly type: AccessType; readonly range: KeyRange }
  /** Of every key that hangs on the lease. */
  | { readonly kind: 'keys-of-lease'; readonly type: AccessType; readonly lease: LeaseId }
  /** Of every key that hangs on any lease. */
  | { readonly kind: 'keys-of-all-leases'; readonly type: AccessType };

const anybody: Standing = { kind: 'anybody' };
const user: Needs = { standing: { kind: 'user' }, access: [] };
const root: Needs = { standing: { kind: 'root' }, access: [] };

/** What no client may ask for, whether authentication is enabled or not. */
export function isForProcessAlone(request: Request): boolean {
  return request.kind === 'auth-credentials';
}

export function needs(request: Request): Needs {
  switch (request.kind) {
    case 'range':
    case 'put':
    case 'delete-range':
    case 'txn':
      return { standing: anybody, access: accessOf(request) };
    case 'lease-revoke':
    case 'lease-keep-alive':
      return { ...user, access: [{ kind: 'keys-of-lease', type: 'write', lease: request.id }] };
    case 'lease-time-to-live':
      return request.keys ? { ...user, access: [{ kind: 'keys-of-lease', type: 'read', lease: request.id }] } : user;
    case 'lease-leases':
      return { ...user, access: [{ kind: 'keys-of-all-leases', type: 'read' }] };
    case 'lease-grant':
    case 'status':
    case 'members':
      return user;
    case 'alarm':
      return request.action === 'get' ? user : root;
    case 'auth-status':
      return { standing: anybody, access: [] };
    case 'auth-user-get':
      return { standing: { kind: 'user-named', name: request.name }, access: [] };
    case 'auth-role-get':
      return { standing: { kind: 'role-holder', role: request.role }, access: [] };
    case 'auth-credentials':
      return { standing: { kind: 'process' }, access: [] };
    case 'compact':
    case 'checkpoint':
    case 'hash-kv':
    case 'snapshot':
    case 'move-leader':
    case 'auth-enable':
    case 'auth-disable':
    case 'auth-user-add':
    case 'auth-user-list':
    case 'auth-user-delete':
    case 'auth-user-change-password':
    case 'auth-user-grant-role':
    case 'auth-user-revoke-role':
    case 'auth-role-add':
    case 'auth-role-list':
    case 'auth-role-delete':
    case 'auth-role-grant-permission':
    case 'auth-role-revoke-permission':
      return root;
  }
}

function accessOf(operation: TxnOperation): readonly Access[] {
  switch (operation.kind) {
    case 'range':
      return [{ kind: 'range', type: 'read', range: operation }];
    case 'put':
      return accessOfPut(operation);
    case 'delete-range': {
      const write: Access = { kind: 'range', type: 'write', range: operation };
      return operation.previousKv ? [write, { kind: 'range', type: 'read', range: operation }] : [write];
    }
    case 'txn':
      return accessOfTxn(operation);
    case 'empty':
      return [];
  }
}

/** Who hangs a key on a lease could have it deleted with the lease: so all keys on it have to be theirs to write. */
function accessOfPut({ key, lease, previousKv }: PutRequest): readonly Access[] {
  const range: KeyRange = { key, rangeEnd: undefined };
  const access: Access[] = [{ kind: 'range', type: 'write', range }];
  if (lease !== noLease) access.push({ kind: 'keys-of-lease', type: 'write', lease });
  if (previousKv) access.push({ kind: 'range', type: 'read', range });
  return access;
}

/** Both branches, also the one that is not taken: else a refusal would tell which way the compares went. */
function accessOfTxn({ compare, success, failure }: TxnRequest): readonly Access[] {
  return [
    ...compare.map((range): Access => ({ kind: 'range', type: 'read', range })),
    ...success.flatMap(accessOf),
    ...failure.flatMap(accessOf),
  ];
}
