import type { DecodedRecord } from './decoder/log-objects.ts';

/** What one database of the family holds of the log. */
export interface Line {
  readonly home: string;
  /** Undefined: nothing was written. */
  readonly databaseId: string | undefined;
  /** Before its first record. */
  readonly firstMoment: number;
  readonly lastMoment: number;
  /** Of the record before its first one. */
  readonly sequenceBefore: number;
}

export interface RollbackRecord {
  readonly kind: 'rollback';
  readonly skippedRevision: number;
}

export interface LoggedRecord {
  readonly record: DecodedRecord | RollbackRecord;
  readonly slot: number;
  /** Of its frame: the reign that made it. */
  readonly epoch: number;
  readonly wallMs: number;
  /** True time at which the slot, and all before it, were filled. */
  readonly durableAtMs: number;
}
