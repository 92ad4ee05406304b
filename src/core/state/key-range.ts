import type { ByteString } from '../types/bytes.ts';
import type { KeyRange } from '../types/request.ts';

/** etcd's spelling of "no end": a range whose end is one zero byte holds every key from its start on. */
export const rangeEndNone: ByteString = '\0';

/** Where a range that is not a single key ends, exclusively; undefined: nowhere. */
export function endOfRange(rangeEnd: ByteString): ByteString | undefined {
  return rangeEnd === rangeEndNone ? undefined : rangeEnd;
}

export function isInRange(range: KeyRange, key: ByteString): boolean {
  if (range.rangeEnd === undefined) return key === range.key;
  if (key < range.key) return false;
  return range.rangeEnd === rangeEndNone || key < range.rangeEnd;
}
