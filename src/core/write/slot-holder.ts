import { equalBytes } from '../types/bytes.ts';

/**
 * Whose segment a slot holds, judged by its bytes and its epoch alone (protocol, invariants 2 and 4). The very bytes that were sent are
 * ours, however their sending seemed to end; a later epoch's deposes the writer; an earlier one's is in the way.
 */
export type SlotHolder = 'ours' | 'later' | 'earlier' | 'impossible';

export interface SegmentMark {
  readonly epoch: number;
  readonly hash: Uint8Array;
}

/** `impossible`: this very epoch sent other bytes for the slot. */
export function slotHolder(found: SegmentMark, own: SegmentMark): SlotHolder {
  if (equalBytes(found.hash, own.hash)) return 'ours';
  if (found.epoch === own.epoch) return 'impossible';
  return found.epoch > own.epoch ? 'later' : 'earlier';
}
