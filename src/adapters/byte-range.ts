import type { ByteRange } from '../ports/object-store.ts';

/** A range that runs backwards or starts below zero is a bug of ours. */
export function assertByteRange(range: ByteRange): void {
  const { start, end } = range;
  if (Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && end >= start) return;
  throw new RangeError(`byte range ${start}..${end}: not an ascending range of whole numbers`);
}
