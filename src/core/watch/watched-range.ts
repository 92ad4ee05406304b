import type { ByteString } from '../types/bytes.ts';
import type { WatchCreateRequest } from '../types/watch.ts';
import { infinity } from './interval-tree.ts';

/** `end` undefined: the one key `start`. `infinity`: every key from `start` on. Else `[start, end)`, never empty. */
export interface WatchedRange {
  readonly start: ByteString;
  readonly end: ByteString | undefined;
}

/** What a watch without a key begins with. */
export const smallestKey: ByteString = '\0';

/** Undefined: no key can ever be in it. */
export function watchedRange(request: WatchCreateRequest): WatchedRange | undefined {
  const start = request.key === '' ? smallestKey : request.key;
  if (request.rangeEnd === undefined || request.rangeEnd === '') return { start, end: undefined };
  if (request.rangeEnd === '\0') return { start, end: infinity };
  if (request.rangeEnd <= start) return undefined;
  return { start, end: request.rangeEnd };
}
