import type { ByteString } from './bytes.ts';

/** Half-open range. `rangeEnd` undefined: the one key. `"\0"`: every key from `key` on. Else `[key, rangeEnd)`, empty if not ascending. */
export interface KeyRange {
  readonly key: ByteString;
  readonly rangeEnd: ByteString | undefined;
}
