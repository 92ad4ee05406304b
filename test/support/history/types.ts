/**
 * What clients did and were told, as plain data: the only thing that the oracle looks at. Keys and values are ASCII here, so that
 * text order is byte order.
 *
 * `invoked` and `returned` are places in one order of all beginnings and ends, taken where the clients live. An operation that ended
 * before another began happened before it.
 */
export interface KeyState {
  readonly key: string;
  readonly value: string;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
  /** 0: none. */
  readonly lease: bigint;
}

export type KeyEvent =
  | { readonly kind: 'put'; readonly key: string; readonly state: KeyState; readonly previous: KeyState | undefined }
  | {
      readonly kind: 'delete';
      readonly key: string;
      readonly revision: number;
      readonly previous: KeyState | undefined;
    };

/** `value` undefined: the key is deleted. */
export interface KeyWrite {
  readonly key: string;
  readonly value: string | undefined;
  readonly lease: bigint;
}

/** From `from` on, below `to`; `to` undefined: the one key. */
export interface KeyRange {
  readonly from: string;
  readonly to: string | undefined;
}

/** One request that writes. Every put of it carries its id in front, so that it can be told from every other. */
export interface WriteOperation {
  readonly kind: 'write';
  readonly id: string;
  readonly writes: readonly KeyWrite[];
  /** Writes only while the key's mod revision is this one (0: while there is no such key). */
  readonly guard: { readonly key: string; readonly modRevision: number } | undefined;
  readonly invoked: number;
  returned: number;
  outcome: WriteOutcome;
}

export type WriteOutcome =
  | { readonly kind: 'applied'; readonly revision: number }
  | { readonly kind: 'compare-failed'; readonly revision: number; readonly found: KeyState | undefined }
  /** The server said that it certainly did nothing. */
  | { readonly kind: 'refused'; readonly error: string }
  /** It may have happened, may still happen, or never. */
  | { readonly kind: 'unknown'; readonly error: string };

export interface ReadOperation {
  readonly kind: 'read';
  readonly id: string;
  readonly range: KeyRange;
  /** 0: the newest. */
  readonly atRevision: number;
  readonly invoked: number;
  returned: number;
  outcome:
    | { readonly kind: 'read'; readonly revision: number; readonly found: readonly KeyState[] }
    | { readonly kind: 'failed'; readonly error: string };
}

/** A lease under an id that the client chose. It is never kept alive. */
export interface LeaseGrant {
  readonly kind: 'grant';
  readonly lease: bigint;
  readonly ttlSeconds: number;
  /** Monotonic milliseconds of the clients' machine, before the request was sent. */
  readonly sentMs: number;
  readonly invoked: number;
  returned: number;
  outcome:
    | { readonly kind: 'applied'; readonly revision: number }
    | { readonly kind: 'refused'; readonly error: string }
    | { readonly kind: 'unknown'; readonly error: string };
}

export type Operation = WriteOperation | ReadOperation | LeaseGrant;

/** All events of one revision, in order. */
export interface LogEntry {
  readonly revision: number;
  readonly events: readonly KeyEvent[];
}

export interface WatchMessage {
  /** Which of the watcher's connections brought it. */
  readonly connection: number;
  readonly headerRevision: number;
  readonly events: readonly KeyEvent[];
  /** Monotonic milliseconds of the clients' machine. */
  readonly atMs: number;
}

/** What one watcher was told, over all its connections; each went on from the last revision + 1. */
export interface WatchObservation {
  readonly name: string;
  readonly range: KeyRange;
  readonly startRevision: number;
  readonly messages: readonly WatchMessage[];
}

export function revisionOf(event: KeyEvent): number {
  return event.kind === 'put' ? event.state.modRevision : event.revision;
}

export function rangeHolds(range: KeyRange, key: string): boolean {
  return range.to === undefined ? key === range.from : key >= range.from && key < range.to;
}
