import type { ByteString, LeaseId } from './bytes.ts';

/**
 * Requests as the core takes them: etcd's messages with keys as byte strings, enums as words, and int64 numbers that are
 * revisions, limits or seconds as JS numbers (saturated at ±2^53 by the edge: nothing real is that large).
 */

/** Half-open range. `rangeEnd` undefined: the one key. `"\0"`: every key from `key` on. Else `[key, rangeEnd)`, empty if not ascending. */
export interface KeyRange {
  readonly key: ByteString;
  readonly rangeEnd: ByteString | undefined;
}

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

/** A checkpoint of everything that is in a slot now; answered when the manifest names it. */
export interface CheckpointRequest {
  readonly kind: 'checkpoint';
}

/** etcd's hash of the state at a revision: 0 for the newest. */
export interface HashKvRequest {
  readonly kind: 'hash-kv';
  readonly revision: number;
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
  | CheckpointRequest
  | HashKvRequest;
