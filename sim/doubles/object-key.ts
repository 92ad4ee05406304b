import type { ByteRange } from '../../src/ports/object-store.ts';

/** The rules of the port on keys and ranges, kept as strictly as the real adapters do: breaking one is the system's bug. */

const keyPattern = /^[A-Za-z0-9!$&'()*+,\-./:;=?@_]*$/;
const keyBytesMax = 700;
const segmentBytesMax = 200;

export function assertObjectKey(key: string): void {
  if (key === '') throw new RangeError('object key: empty');
  check(key, key.split('/'));
}

/** A prefix may end in the middle of a segment, or with `/`. */
export function assertObjectPrefix(prefix: string): void {
  if (prefix === '') return;
  const segments = prefix.split('/');
  const last = segments.pop()!;
  if (last.length > segmentBytesMax) throw invalid(prefix, 'its last segment is too long');
  check(prefix, segments);
}

function check(key: string, segments: readonly string[]): void {
  if (key.length > keyBytesMax) throw invalid(key, 'too long');
  if (!keyPattern.test(key)) throw invalid(key, 'a character that not every store takes');
  for (const segment of segments) {
    if (segment === '' || segment === '.' || segment === '..')
      throw invalid(key, 'a segment that is empty, `.` or `..`');
    if (segment.length > segmentBytesMax) throw invalid(key, 'a segment that is too long');
  }
}

function invalid(key: string, why: string): RangeError {
  return new RangeError(`object key ${JSON.stringify(key)}: ${why}`);
}

export function assertByteRange(range: ByteRange): void {
  const valid = Number.isSafeInteger(range.start) && Number.isSafeInteger(range.end);
  if (!valid || range.start < 0 || range.end < range.start) {
    throw new RangeError(`byte range ${range.start}..${range.end}: not two ascending whole numbers`);
  }
}
