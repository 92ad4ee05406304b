import type { WatchEvent } from '../types/watch.ts';
import type { StreamBuffer } from './buffer.ts';
import type { WatchedRange } from './watched-range.ts';

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

/**
 * One stream and its watchers.
 *
 * A blocked stream gets no events until half of its buffer is free again: few large pieces of history instead of many small ones.
 */
export interface WatchStreamState {
  readonly stream: number;
  readonly watchers: Map<bigint, Watcher>;
  /** Watchers that are not synced. */
  readonly lagging: Set<Watcher>;
  /** Cancelled by compaction: a cancellation that crosses with it is answered as in etcd. */
  readonly compactedIds: Set<bigint>;
  nextId: bigint;
  blocked: boolean;
  readonly progress: StreamProgress;
  readonly buffer: StreamBuffer;
}

/** The timer of `progressNotify`. */
export interface StreamProgress {
  readonly intervalMs: number;
  dueMs: number;
  /** Watchers that asked for reports. */
  readonly watchers: Set<Watcher>;
  /** Those whose report is due but did not fit yet. */
  readonly owed: Set<Watcher>;
}

/**
 * What one watcher gets in one response, gathered revision by revision.
 *
 * Invariants:
 * - `events` holds whole revisions, ascending; `open` the events so far of the revision that is being read.
 * - The bytes of `events` are reserved in the stream's buffer.
 * - Once stopped, nothing is added: `stoppedAt` is the first revision that was left out.
 */
export interface FeedBatch {
  readonly events: WatchEvent[];
  bytes: number;
  revisions: number;
  open: WatchEvent[];
  openBytes: number;
  stoppedAt: number | undefined;
}
