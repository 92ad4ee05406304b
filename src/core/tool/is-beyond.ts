import type { Cut } from '../types/log.ts';

/** A record where it stands in the log. */
export interface PlacedRecord {
  readonly sequence: number;
  /** 0: it takes none. */
  readonly revision: number;
  /** Of its frame. */
  readonly wallMs: number;
}

/** Whether the cut leaves this record out. The first that it leaves out ends the log: whatever follows is out too. */
export function isBeyond(cut: Cut, record: PlacedRecord): boolean {
  switch (cut.kind) {
    case 'end':
      return false;
    case 'sequence':
      return record.sequence > cut.sequence;
    case 'revision':
      return record.revision > cut.revision;
    case 'moment':
      return record.wallMs > cut.wallMs;
  }
}
