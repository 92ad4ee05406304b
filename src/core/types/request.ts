import type { AlarmKind } from './alarm.ts';
import type { Permission } from './auth.ts';
import type { ByteString, LeaseId } from './bytes.ts';
import type { KeyRange } from './key-range.ts';

/**
 * Requests as the core takes them: etcd's messages with keys as byte strings, enums as words, and int64 numbers that are
 * revisions, limits or seconds as JS numbers (saturated at ±2^53 by the edge: nothing real is that large).
 */

export type SortOrder = 'none' | 'ascend' | 'descend';
export type SortTarget = 'key' | 'version' | 'create' | 'mod' | 'value';

export interface RangeRequest extends KeyRange {
  readonly kind: 'range';
  /** 0 or negative: unlimited. */
  readonly limit: number;
  /** 0 or negative: current. */
  readonly revision: number;
  readonly sortOrder: SortOrder;
  readonly sortTarget: SortTarget;
  readonly serializable: boolean;
  readonly keysOnly: boolean;
  readonly countOnly: boolean;
  /** 0: no bound, for these four. */
  readonly minModRevision: number;
  readonly maxModRevision: number;
  readonly minCreateRevision: number;
  readonly maxCreateRevision: number;
}

export interface PutRequest {
  readonly kind: 'put';
  readonly key: ByteString;
  readonly value: Uint8Array;
  readonly lease: LeaseId;
  readonly previousKv: boolean;
  readonly ignoreValue: boolean;
  readonly ignoreLease: boolean;
}

export interface DeleteRangeRequest extends KeyRange {
  readonly kind: 'delete-range';
  readonly previousKv: boolean;
}

export type CompareResult = 'equal' | 'greater' | 'less' | 'not-equal';

/** `unknown` stands for a result or target number that no version of etcd knows: compared as etcd does (equal, as 0). */
export type CompareTarget =
  | { readonly kind: 'version'; readonly version: number }
  | { readonly kind: 'create'; readonly createRevision: number }
  | { readonly kind: 'mod'; readonly modRevision: number }
  | { readonly kind: 'value'; readonly value: Uint8Array }
  | { readonly kind: 'lease'; readonly lease: LeaseId }
  | { readonly kind: 'unknown' };

export interface Compare extends KeyRange {
  readonly result: CompareResult | 'unknown';
  readonly target: CompareTarget;
}

/** `empty`: an operation whose oneof was not set; etcd answers "key not found". */
export type TxnOperation = RangeRequest | PutRequest | DeleteRangeRequest | TxnRequest | { readonly kind: 'empty' };

export interface TxnRequest {
  readonly kind: 'txn';
  readonly compare: readonly Compare[];
  readonly success: readonly TxnOperation[];
  readonly failure: readonly TxnOperation[];
}

export interface CompactRequest {
  readonly kind: 'compact';
  readonly revision: number;
  /** Answer only when the versions are physically gone from the local store. */
  readonly physical: boolean;
}

export interface LeaseGrantRequest {
  readonly kind: 'lease-grant';
  /** 0: the server picks one. */
  readonly id: LeaseId;
  readonly ttlSeconds: number;
}

export interface LeaseRevokeRequest {
  readonly kind: 'lease-revoke';
  readonly id: LeaseId;
}

export interface LeaseKeepAliveRequest {
  readonly kind: 'lease-keep-alive';
  readonly id: LeaseId;
}

export interface LeaseTimeToLiveRequest {
  readonly kind: 'lease-time-to-live';
  readonly id: LeaseId;
  readonly keys: boolean;
}

export interface LeaseLeasesRequest {
  readonly kind: 'lease-leases';
}

/** What the node knows of itself and of the database; answered in every role. */
export interface StatusRequest {
  readonly kind: 'status';
}

/** The nodes that live; answered in every role. */
export interface MembersRequest {
  readonly kind: 'members';
  /** Only where a leader is known. */
  readonly linearizable: boolean;
}

/** Answered when that member leads. */
export interface MoveLeaderRequest {
  readonly kind: 'move-leader';
  readonly target: bigint;
}

/** A checkpoint of everything that is in a slot now; answered when the manifest names it. */
export interface CheckpointRequest {
  readonly kind: 'checkpoint';
}

/** etcd's hash of the state at a revision: 0 for the newest. */
export interface HashKvRequest {
  readonly kind: 'hash-kv';
  readonly revision: number;
}

export interface AuthEnableRequest {
  readonly kind: 'auth-enable';
}

export interface AuthDisableRequest {
  readonly kind: 'auth-disable';
}

export interface AuthStatusRequest {
  readonly kind: 'auth-status';
}

export interface AuthUserAddRequest {
  readonly kind: 'auth-user-add';
  readonly name: ByteString;
  /** As the edge made it of the password; empty for a user without one. */
  readonly passwordHash: ByteString;
  readonly noPassword: boolean;
}

export interface AuthUserGetRequest {
  readonly kind: 'auth-user-get';
  readonly name: ByteString;
}

export interface AuthUserListRequest {
  readonly kind: 'auth-user-list';
}

export interface AuthUserDeleteRequest {
  readonly kind: 'auth-user-delete';
  readonly name: ByteString;
}

export interface AuthUserChangePasswordRequest {
  readonly kind: 'auth-user-change-password';
  readonly name: ByteString;
  readonly passwordHash: ByteString;
}

export interface AuthUserGrantRoleRequest {
  readonly kind: 'auth-user-grant-role';
  readonly name: ByteString;
  readonly role: ByteString;
}

export interface AuthUserRevokeRoleRequest {
  readonly kind: 'auth-user-revoke-role';
  readonly name: ByteString;
  readonly role: ByteString;
}

export interface AuthRoleAddRequest {
  readonly kind: 'auth-role-add';
  readonly name: ByteString;
}

export interface AuthRoleGetRequest {
  readonly kind: 'auth-role-get';
  readonly role: ByteString;
}

export interface AuthRoleListRequest {
  readonly kind: 'auth-role-list';
}

export interface AuthRoleDeleteRequest {
  readonly kind: 'auth-role-delete';
  readonly role: ByteString;
}

export interface AuthRoleGrantPermissionRequest {
  readonly kind: 'auth-role-grant-permission';
  readonly role: ByteString;
  /** Undefined: the message had none. */
  readonly permission: Permission | undefined;
}

export interface AuthRoleRevokePermissionRequest extends KeyRange {
  readonly kind: 'auth-role-revoke-permission';
  readonly role: ByteString;
}

/** What an edge needs to let somebody log in. Its answer goes over no wire: only the process itself may ask. */
export interface AuthCredentialsRequest {
  readonly kind: 'auth-credentials';
  readonly name: ByteString;
}

export type AuthReadRequest =
  | AuthStatusRequest
  | AuthUserGetRequest
  | AuthUserListRequest
  | AuthRoleGetRequest
  | AuthRoleListRequest
  | AuthCredentialsRequest;

export type AuthWriteRequest =
  | AuthEnableRequest
  | AuthDisableRequest
  | AuthUserAddRequest
  | AuthUserDeleteRequest
  | AuthUserChangePasswordRequest
  | AuthUserGrantRoleRequest
  | AuthUserRevokeRoleRequest
  | AuthRoleAddRequest
  | AuthRoleDeleteRequest
  | AuthRoleGrantPermissionRequest
  | AuthRoleRevokePermissionRequest;

export interface AlarmRequest {
  readonly kind: 'alarm';
  readonly action: 'get' | 'activate' | 'deactivate';
  /** `none`: to get, all of them; to raise or take back, nothing. */
  readonly alarm: AlarmKind | 'none';
  /** Who raises it, or whose it was. */
  readonly memberId: bigint;
}

/** All versions that are retained, and everything else that is state, of the newest durable revision: held until `snapshot-close`. */
export interface SnapshotRequest {
  readonly kind: 'snapshot';
}

export type Request =
  | RangeRequest
  | PutRequest
  | DeleteRangeRequest
  | TxnRequest
  | CompactRequest
  | LeaseGrantRequest
  | LeaseRevokeRequest
  | LeaseKeepAliveRequest
  | LeaseTimeToLiveRequest
  | LeaseLeasesRequest
  | StatusRequest
  | MembersRequest
  | MoveLeaderRequest
  | CheckpointRequest
  | HashKvRequest
  | SnapshotRequest
  | AuthReadRequest
  | AuthWriteRequest
  | AlarmRequest;
