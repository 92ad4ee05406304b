import type { ByteString, LeaseId } from './bytes.ts';

/**
 * One version of one key: what etcd calls a KeyValue at a revision. Immutable, except that `value` is a cache: it may be
 * dropped once the local store holds it, and never changes otherwise. `(modRevision, sub)` names a version for ever.
 */
export interface Version {
  readonly key: ByteString;
  readonly modRevision: number;
  /** Position of the operation among those of its revision, from 0. */
  readonly sub: number;
  /** 0 for a tombstone. */
  readonly createRevision: number;
  /** Puts since creation, from 1; 0 marks a tombstone (the key was deleted at `modRevision`). */
  readonly version: number;
  readonly lease: LeaseId;
  /** Length of the value, in bytes; known even when the value is not in memory. */
  readonly valueBytes: number;
  /** Undefined: not in memory, to be read from the local store by `(modRevision, sub)`. Always empty for a tombstone. */
  value: Uint8Array | undefined;
}

export function isTombstone(version: Version): boolean {
  return version.version === 0;
}
