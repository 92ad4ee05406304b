import type { Checkpoint, LogPosition } from '../types/log.ts';
import type { LogRecord } from '../types/record.ts';
import type { Version } from '../types/version.ts';
import type { KeySpan } from './key-span.ts';

/** What somebody wants of a database's content. A checkpoint that turns out to be unusable begins the reading again: `begin` forgets. */
export interface ContentReader {
  /** Keys wanted of a checkpoint. */
  readonly span: KeySpan;
  /** Undefined: from the empty state. */
  begin(checkpoint: Checkpoint | undefined): void;
  /** Of the checkpoint: keys ascending, each one's versions ascending. The value may be a view into something large. */
  version(version: Version): void;
  /** All of the checkpoint's versions have been given. */
  loaded(position: LogPosition): void;
  /** In the order of the log, every key's. */
  record(record: LogRecord, wallMs: number): void;
  /** A branch's own log goes on here: revisions up to this position's are skipped, and compacted. */
  skipped(position: LogPosition): void;
}

/** Wants nothing but to know where the cut is. */
export const placeAlone: ContentReader = {
  span: { from: '', to: '' },
  begin: () => undefined,
  version: () => undefined,
  loaded: () => undefined,
  record: () => undefined,
  skipped: () => undefined,
};
