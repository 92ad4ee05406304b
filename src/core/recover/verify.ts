import { equalBytes, hexOf } from '../types/bytes.ts';
import type { Frame, LogPosition, SegmentHeader } from '../types/log.ts';

/**
 * Where a segment stands in the chain (protocol, invariants 1 and 2).
 *
 * - `next`: it follows the last live segment.
 * - `dead`: a zombie's late PUT; its epoch is lower than an earlier slot's, so no reader ever applies it.
 * - anything else is damage, in words.
 */
export type SegmentPlace = 'next' | 'dead' | { readonly broken: string };

export function segmentPlace(position: LogPosition, header: SegmentHeader): SegmentPlace {
  if (header.epoch < position.epoch) return 'dead';
  if (header.epoch > position.epoch && header.kind !== 'fence') {
    return {
      broken: `epoch ${header.epoch} begins without a fencing segment (the log was in epoch ${position.epoch})`,
    };
  }
  if (header.epoch === position.epoch && header.kind === 'fence') {
    return { broken: `epoch ${header.epoch} begins twice` };
  }
  if (!equalBytes(header.previousSegmentHash, position.segmentHash)) {
    return {
      broken: `it follows a segment with hash ${hexOf(header.previousSegmentHash)}, but the one before it (slot ${position.slot}) has ${hexOf(position.segmentHash)}`,
    };
  }
  return 'next';
}

/** Undefined: the frame follows. Else what is wrong with it, in words. */
export function frameBreak(position: Pick<LogPosition, 'frameHash' | 'sequence'>, frame: Frame): string | undefined {
  if (frame.firstSequence !== position.sequence + 1) {
    return `a frame begins at sequence ${frame.firstSequence}, expected ${position.sequence + 1}`;
  }
  if (!equalBytes(frame.previousFrameHash, position.frameHash)) {
    return `the frame at sequence ${frame.firstSequence} follows a frame with hash ${hexOf(frame.previousFrameHash)}, expected ${hexOf(position.frameHash)}`;
  }
  return undefined;
}
