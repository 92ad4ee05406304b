import type { DecodedFrame } from '../format/frame.ts';
import { isBeyond, placed } from '../recover/is-beyond.ts';
import type { Cut } from '../types/log.ts';

/** The frame itself, or what the cut leaves of it. `sequence`: of the record before it. */
export function withinCut(sequence: number, found: DecodedFrame, cut: Cut): DecodedFrame {
  const { frame } = found;
  const beyond = frame.records.findIndex((record, index) =>
    isBeyond(cut, placed(record, sequence + 1 + index, frame.wallMs)),
  );
  return beyond < 0 ? found : { ...found, frame: { ...frame, records: frame.records.slice(0, beyond) } };
}
