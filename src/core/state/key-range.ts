import type { ByteString } from '../types/bytes.ts';

/** etcd's spelling of "no end": a range whose end is one zero byte holds every key from its start on. */
const rangeEndNone: ByteString = '\0';

/** Where a range that is not a single key ends, exclusively; undefined: nowhere. */
export function endOfRange(rangeEnd: ByteString): ByteString | undefined {
  return rangeEnd === rangeEndNone ? undefined : rangeEnd;
}
