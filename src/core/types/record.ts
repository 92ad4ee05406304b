import type { AlarmKind } from './alarm.ts';
import type { AuthChange } from './auth.ts';
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
  | { readonly kind: 'fence'; readonly epoch: number; readonly memberId: bigint }
  | AuthRecord
  | AlarmRecord;

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

/** What one change of users, roles or the switch comes to. */
export interface AuthRecord {
  readonly kind: 'auth';
  /** After it: the next one, or the same where etcd does not count the change. */
  readonly authRevision: number;
  /** At least one, in order. */
  readonly changes: readonly AuthChange[];
}

export interface AlarmRecord {
  readonly kind: 'alarm';
  readonly alarm: AlarmKind;
  readonly memberId: bigint;
  /** Raised, or taken back. */
  readonly active: boolean;
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
