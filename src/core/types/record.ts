import type { ByteString, LeaseId } from './bytes.ts';

/**
 * A record is the effect of one request, never the request: replaying it needs no decision. The n-th record of the log has
 * sequence n. Only `write` and a `lease-revoke` that deletes keys take a revision, the next one.
 */
export type LogRecord =
  | WriteRecord
  | { readonly kind: 'compact'; readonly revision: number }
  | { readonly kind: 'lease-grant'; readonly lease: LeaseId; readonly ttlSeconds: number }
  | LeaseRevokeRecord
  /** First record of a reign. */
  | { readonly kind: 'fence'; readonly epoch: number; readonly memberId: bigint };

export interface WriteRecord {
  readonly kind: 'write';
  readonly revision: number;
  /** At least one; their index is the version's `sub`. */
  readonly operations: readonly WriteOperation[];
}

export interface LeaseRevokeRecord {
  readonly kind: 'lease-revoke';
  readonly lease: LeaseId;
  /** 0 when no key was attached. */
  readonly revision: number;
  /** Keys deleted, ascending. */
  readonly keys: readonly ByteString[];
}

export type WriteOperation =
  | {
      readonly kind: 'put';
      readonly key: ByteString;
      readonly value: Uint8Array;
      readonly lease: LeaseId;
      readonly createRevision: number;
      readonly version: number;
    }
  | { readonly kind: 'delete'; readonly key: ByteString };
