import type { ActiveAlarm } from './alarm.ts';
import type { AuthContent, AuthUser, Permission } from './auth.ts';
import type { ByteString, LeaseId } from './bytes.ts';
import type { CheckpointReference, LeaseGrantState } from './log.ts';
import type { AuthWriteRequest } from './request.ts';
import type { Retention } from './retention.ts';
import type { Version } from './version.ts';

/** `revision`: the store's when the answer was computed. `term`: the epoch of the reign that answered (etcd's raft_term). */
export interface ResponseHeader {
  readonly revision: number;
  readonly term: number;
}

export interface RangeResponse {
  readonly kind: 'range';
  /** Versions whose value the edge still has to read where it is undefined, unless `keysOnly`. */
  readonly kvs: readonly Version[];
  readonly more: boolean;
  readonly count: number;
  readonly keysOnly: boolean;
}

export interface PutResponse {
  readonly kind: 'put';
  readonly previous: Version | undefined;
}

export interface DeleteRangeResponse {
  readonly kind: 'delete-range';
  readonly deleted: number;
  /** In key order; empty unless asked for. */
  readonly previous: readonly Version[];
}

export interface TxnResponse {
  readonly kind: 'txn';
  readonly succeeded: boolean;
  readonly responses: readonly TxnOperationResponse[];
}

/** `revision` is the inner header's: the revision before the transaction until its first write, the new one after. */
export interface TxnOperationResponse {
  readonly revision: number;
  readonly response: RangeResponse | PutResponse | DeleteRangeResponse | TxnResponse;
}

export interface CompactResponse {
  readonly kind: 'compact';
}

export interface LeaseGrantResponse {
  readonly kind: 'lease-grant';
  readonly id: LeaseId;
  readonly ttlSeconds: number;
}

export interface LeaseRevokeResponse {
  readonly kind: 'lease-revoke';
}

export interface LeaseKeepAliveResponse {
  readonly kind: 'lease-keep-alive';
  readonly id: LeaseId;
  /** 0: no such lease, which is not an error. */
  readonly ttlSeconds: number;
}

export interface LeaseTimeToLiveResponse {
  readonly kind: 'lease-time-to-live';
  readonly id: LeaseId;
  /** -1: no such lease, which is not an error. */
  readonly ttlSeconds: number;
  readonly grantedTtlSeconds: number;
  readonly keys: readonly ByteString[];
}

export interface LeaseLeasesResponse {
  readonly kind: 'lease-leases';
  /** Sorted by expiry, soonest first. */
  readonly ids: readonly LeaseId[];
}

export interface CheckpointResponse {
  readonly kind: 'checkpoint';
  readonly slot: number;
  readonly revision: number;
  /** Of all that it names. */
  readonly treeBytes: number;
  /** What was new in it. */
  readonly objectsUploaded: number;
  readonly bytesUploaded: number;
}

export interface HashKvResponse {
  readonly kind: 'hash-kv';
  /** 32 bits, unsigned. */
  readonly hash: number;
  /** Of which revision it is, and the compaction that it rests on: hashes of one revision compare where this is the same. */
  readonly hashRevision: number;
  readonly compactRevision: number;
}

/** Of a change, nothing else to tell. */
export interface AuthChangedResponse {
  readonly kind: AuthWriteRequest['kind'];
}

export interface AuthStatusResponse {
  readonly kind: 'auth-status';
  readonly enabled: boolean;
  readonly authRevision: number;
}

export interface AuthUserGetResponse {
  readonly kind: 'auth-user-get';
  /** Ascending. */
  readonly roles: readonly ByteString[];
}

export interface AuthUserListResponse {
  readonly kind: 'auth-user-list';
  /** Ascending. */
  readonly users: readonly ByteString[];
}

export interface AuthRoleGetResponse {
  readonly kind: 'auth-role-get';
  readonly permissions: readonly Permission[];
}

export interface AuthRoleListResponse {
  readonly kind: 'auth-role-list';
  /** Ascending. */
  readonly roles: readonly ByteString[];
}

export interface AuthCredentialsResponse {
  readonly kind: 'auth-credentials';
  readonly enabled: boolean;
  readonly authRevision: number;
  readonly user: AuthUser | undefined;
}

export interface AlarmResponse {
  readonly kind: 'alarm';
  /** Those asked for, or those that the request was about. */
  readonly alarms: readonly ActiveAlarm[];
}

export type Role = 'starting' | 'standby' | 'recovering' | 'leader' | 'stopping' | 'stopped' | 'failed';

export interface StatusResponse {
  readonly kind: 'status';
  readonly role: Role;
  /** The leader that `control` names, if it is not released; this node's own id when it leads. */
  readonly leader: MemberDescription | undefined;
  readonly self: MemberDescription;
  /** 16 bytes; undefined before the database was found or made. */
  readonly databaseId: Uint8Array | undefined;
  readonly epoch: number;
  readonly revision: number;
  readonly compactRevision: number;
  /** Last sequence that is durable, and last slot that is known to be filled. */
  readonly sequence: number;
  readonly slot: number;
  /** Bytes of keys and values of all retained versions, and of the newest ones alone. */
  readonly bytesTotal: number;
  readonly bytesInUse: number;
  readonly keys: number;
  readonly versions: number;
  readonly leases: number;
  readonly watchers: number;
  /** Ascending by kind, then by member. */
  readonly alarms: readonly ActiveAlarm[];
  /** Bytes that the state may take; 0: any number. */
  readonly quotaBackendBytes: number;
  readonly checkpointSlot: number;
  /** Chunks of a checkpoint whose values are local, and of how many; undefined: every value is local. */
  readonly loading: { readonly chunksLocal: number; readonly chunks: number } | undefined;
  /** Of a leader; undefined: this node does not lead. */
  readonly keeping: KeepingStatus | undefined;
  /** Undefined: this node does not lead, or has not checked since it does. */
  readonly checked: CheckedStatus | undefined;
  /** True when writes would be acknowledged now: leader with a valid lease. */
  readonly ready: boolean;
  /** What keeps it from being ready, or what an operator should know; empty when all is well. */
  readonly problems: readonly string[];
}

/** What the database keeps beside its newest state, as its leader saw it last. */
export interface KeepingStatus {
  readonly retention: Retention;
  readonly checkpoints: number;
  readonly oldest: CheckpointStatus | undefined;
  readonly newest: CheckpointStatus | undefined;
  readonly logFloor: number;
  readonly logCollectedFloor: number;
  /** A checkpoint that is being written. */
  readonly writing: CheckpointProgress | undefined;
  readonly collected: CollectedStatus;
}

export type CheckpointStatus = Pick<CheckpointReference, 'slot' | 'revision' | 'wallMs' | 'treeBytes' | 'historyBytes'>;

export interface CheckpointProgress {
  readonly chunksWritten: number;
  readonly chunksReused: number;
  /** About. */
  readonly chunksExpected: number;
  readonly bytesUploaded: number;
}

/** What was held against the object store, by this leader, since it leads. */
export interface CheckedStatus {
  readonly checks: number;
  /** That the last one met. */
  readonly mismatches: number;
}

/** By this leader, since it leads. */
export interface CollectedStatus {
  readonly rounds: number;
  readonly objectsCondemned: number;
  readonly bytesCondemned: number;
  readonly objectsDeleted: number;
  readonly slotsDeleted: number;
  /** Condemned by anybody, and not deleted yet. */
  readonly objectsWaiting: number;
}

export interface MemberDescription {
  readonly memberId: bigint;
  readonly name: string;
  readonly clientUrls: readonly string[];
}

export interface MoveLeaderResponse {
  readonly kind: 'move-leader';
}

export interface MembersResponse {
  readonly kind: 'members';
  /** Ascending by id. */
  readonly members: readonly MemberDescription[];
}

/** Nothing in it changes any more; the versions' values can be read until it is closed. */
export interface SnapshotResponse {
  readonly kind: 'snapshot';
  readonly revision: number;
  readonly compactRevision: number;
  /** Last durable one. */
  readonly sequence: number;
  /** Ascending by revision: every one above the compaction, and what existed at it. */
  readonly versions: readonly Version[];
  /** Ascending by id. */
  readonly leases: readonly LeaseGrantState[];
  readonly auth: AuthContent;
  readonly alarms: readonly ActiveAlarm[];
}

export type Response =
  | RangeResponse
  | PutResponse
  | DeleteRangeResponse
  | TxnResponse
  | CompactResponse
  | LeaseGrantResponse
  | LeaseRevokeResponse
  | LeaseKeepAliveResponse
  | LeaseTimeToLiveResponse
  | LeaseLeasesResponse
  | StatusResponse
  | MembersResponse
  | MoveLeaderResponse
  | CheckpointResponse
  | HashKvResponse
  | SnapshotResponse
  | AuthChangedResponse
  | AuthStatusResponse
  | AuthUserGetResponse
  | AuthUserListResponse
  | AuthRoleGetResponse
  | AuthRoleListResponse
  | AuthCredentialsResponse
  | AlarmResponse;
