import type {
  PlainAlarmRequest,
  PlainAuthReadRequest,
  PlainAuthResponse,
  PlainAuthWriteRequest,
  PlainCaller,
} from './plain-auth.ts';

/**
 * etcd's requests and answers as JSON: what a scenario holds and a history shows.
 *
 * - A byte string is a JSON string of chars up to 0xff, one for each byte; a value is one too.
 * - An int64 that is an id (lease, watch) is a decimal string; revisions, counts and seconds are numbers.
 * - In requests a field that is left out has etcd's default: false, 0, no range end, no lease, the newest revision.
 */
export interface PlainRange {
  readonly key: string;
  /** Left out: the one key. `"\0"`: every key from `key` on. */
  readonly rangeEnd?: string;
}

export interface PlainRangeRequest extends PlainRange {
  readonly kind: 'range';
  readonly limit?: number;
  readonly revision?: number;
  readonly sortOrder?: 'none' | 'ascend' | 'descend';
  readonly sortTarget?: 'key' | 'version' | 'create' | 'mod' | 'value';
  readonly serializable?: boolean;
  readonly keysOnly?: boolean;
  readonly countOnly?: boolean;
  readonly minModRevision?: number;
  readonly maxModRevision?: number;
  readonly minCreateRevision?: number;
  readonly maxCreateRevision?: number;
}

export interface PlainPutRequest {
  readonly kind: 'put';
  readonly key: string;
  readonly value?: string;
  readonly lease?: string;
  readonly previousKv?: boolean;
  readonly ignoreValue?: boolean;
  readonly ignoreLease?: boolean;
}

export interface PlainDeleteRangeRequest extends PlainRange {
  readonly kind: 'delete-range';
  readonly previousKv?: boolean;
}

export interface PlainCompare extends PlainRange {
  /** Left out: `equal`. */
  readonly result?: 'equal' | 'greater' | 'less' | 'not-equal';
  readonly target:
    | { readonly kind: 'version'; readonly version: number }
    | { readonly kind: 'create'; readonly createRevision: number }
    | { readonly kind: 'mod'; readonly modRevision: number }
    | { readonly kind: 'value'; readonly value: string }
    | { readonly kind: 'lease'; readonly lease: string };
}

export type PlainTxnOperation = PlainRangeRequest | PlainPutRequest | PlainDeleteRangeRequest | PlainTxnRequest;

export interface PlainTxnRequest {
  readonly kind: 'txn';
  readonly compare?: readonly PlainCompare[];
  readonly success?: readonly PlainTxnOperation[];
  readonly failure?: readonly PlainTxnOperation[];
}

export type PlainRequest = PlainRequestBody & {
  /** Left out: the process itself. */
  readonly caller?: PlainCaller;
};

export type PlainRequestBody =
  | PlainRangeRequest
  | PlainPutRequest
  | PlainDeleteRangeRequest
  | PlainTxnRequest
  | { readonly kind: 'compact'; readonly revision: number; readonly physical?: boolean }
  | { readonly kind: 'lease-grant'; readonly id: string; readonly ttlSeconds: number }
  | { readonly kind: 'lease-revoke'; readonly id: string }
  | { readonly kind: 'lease-keep-alive'; readonly id: string }
  | { readonly kind: 'lease-time-to-live'; readonly id: string; readonly keys?: boolean }
  | { readonly kind: 'lease-leases' }
  | PlainAuthWriteRequest
  | PlainAuthReadRequest
  | PlainAlarmRequest;

export interface PlainWatchRequest extends PlainRange {
  /** 0 or left out: from the next revision on. */
  readonly startRevision?: number;
  readonly progressNotify?: boolean;
  readonly noPut?: boolean;
  readonly noDelete?: boolean;
  readonly previousKv?: boolean;
  /** Left out: the process itself. */
  readonly caller?: PlainCaller;
}

export interface PlainKeyValue {
  readonly key: string;
  /** Empty for a tombstone, and where only keys were asked for. */
  readonly value: string;
  readonly modRevision: number;
  /** 0 for a tombstone. */
  readonly createRevision: number;
  /** 0 marks a tombstone. */
  readonly version: number;
  /** "0": none. */
  readonly lease: string;
}

export interface PlainHeader {
  readonly revision: number;
  readonly term: number;
}

export interface PlainRangeResponse {
  readonly kind: 'range';
  readonly kvs: readonly PlainKeyValue[];
  readonly more: boolean;
  readonly count: number;
}

export interface PlainPutResponse {
  readonly kind: 'put';
  /** Left out: none, or not asked for. */
  readonly previous?: PlainKeyValue;
}

export interface PlainDeleteRangeResponse {
  readonly kind: 'delete-range';
  readonly deleted: number;
  readonly previous: readonly PlainKeyValue[];
}

export interface PlainTxnResponse {
  readonly kind: 'txn';
  readonly succeeded: boolean;
  readonly responses: readonly {
    readonly revision: number;
    readonly response: PlainRangeResponse | PlainPutResponse | PlainDeleteRangeResponse | PlainTxnResponse;
  }[];
}

export type PlainResponse =
  | PlainRangeResponse
  | PlainPutResponse
  | PlainDeleteRangeResponse
  | PlainTxnResponse
  | { readonly kind: 'compact' }
  | { readonly kind: 'lease-grant'; readonly id: string; readonly ttlSeconds: number }
  | { readonly kind: 'lease-revoke' }
  /** `ttlSeconds` 0: no such lease. */
  | { readonly kind: 'lease-keep-alive'; readonly id: string; readonly ttlSeconds: number }
  /** `ttlSeconds` -1: no such lease. */
  | {
      readonly kind: 'lease-time-to-live';
      readonly id: string;
      readonly ttlSeconds: number;
      readonly grantedTtlSeconds: number;
      readonly keys: readonly string[];
    }
  | { readonly kind: 'lease-leases'; readonly ids: readonly string[] }
  | PlainAuthResponse;

export interface PlainWatchResponse {
  readonly watchId: string;
  /** Left out: cancelled because compacted, which carries none. */
  readonly revision?: number;
  readonly created: boolean;
  readonly canceled: boolean;
  /** Not 0: cancelled because the start revision lies below this one. */
  readonly compactRevision: number;
  readonly cancelReason: string;
  /** Whole revisions, ascending. `kv` with version 0 is a DELETE. None, and not created nor canceled: progress. */
  readonly events: readonly { readonly kv: PlainKeyValue; readonly previous?: PlainKeyValue }[];
}
