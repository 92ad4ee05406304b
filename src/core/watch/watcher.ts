import type { ByteString } from '../types/bytes.ts';
import type { WatchCreateRequest } from '../types/watch.ts';
import { infinity } from './interval-tree.ts';
import type { FeedBatch } from './batch.ts';
import type { WatchStreamState } from './stream.ts';

/**
 * One watcher.
 *
 * Invariants:
 * - Every matching event with `startRevision <= modRevision < cursor` is in the stream's buffer or behind it; no other is.
 * - A synced watcher has no `cursor` of its own: it has everything up to the hub's revision.
 * - The cursor only goes forward, and always stands at the beginning of a revision.
 */
export interface Watcher {
  readonly stream: WatchStreamState;
  readonly id: bigint;
  readonly range: WatchedRange;
  /** No event below it is sent. */
  readonly startRevision: number;
  readonly progressNotify: boolean;
  readonly noPut: boolean;
  readonly noDelete: boolean;
  readonly previousKv: boolean;
  readonly fragment: boolean;
  /** Undefined: synced. Else the next revision it has to be fed from history. */
  cursor: number | undefined;
  /** Nothing with events was sent since the last progress report fell due. */
  idle: boolean;
  /** What this pass over the history, or this revision, has for it. */
  batch: FeedBatch | undefined;
}

/** `end` undefined: the one key `start`. `infinity`: every key from `start` on. Else `[start, end)`, never empty. */
export interface WatchedRange {
  readonly start: ByteString;
  readonly end: ByteString | undefined;
}

const smallestKey: ByteString = '\0';

/** Undefined: no key can ever be in it. */
export function watchedRange(request: WatchCreateRequest): WatchedRange | undefined {
  const start = request.key === '' ? smallestKey : request.key;
  if (request.rangeEnd === undefined || request.rangeEnd === '') return { start, end: undefined };
  if (request.rangeEnd === '\0') return { start, end: infinity };
  if (request.rangeEnd <= start) return undefined;
  return { start, end: request.rangeEnd };
}
