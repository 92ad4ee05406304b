import type { Cut } from '../types/log.ts';
import type { LogRecord } from '../types/record.ts';

/** Where a record stands in the log, or a checkpoint: after the last record that it has. */
export interface LogMark {
  readonly sequence: number;
  /** 0: it takes none. */
  readonly revision: number;
  /** Of the frame. */
  readonly wallMs: number;
}

export function placed(record: LogRecord, sequence: number, wallMs: number): LogMark {
  const revision = record.kind === 'write' || record.kind === 'lease-revoke' ? record.revision : 0;
  return { sequence, revision, wallMs };
}

/** Whether the cut leaves this out. The first that it leaves out ends the log: whatever follows is out too. */
export function isBeyond(cut: Cut, mark: LogMark): boolean {
  switch (cut.kind) {
    case 'end':
      return false;
    case 'sequence':
      return mark.sequence > cut.sequence;
    case 'revision':
      return mark.revision > cut.revision;
    case 'moment':
      return mark.wallMs > cut.wallMs;
  }
}
