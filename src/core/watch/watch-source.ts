import type { ClientError } from '../types/error.ts';
import type { Version } from '../types/version.ts';
import type { WatchResponse } from '../types/watch.ts';

/**
 * What watching needs of the state. The index behind it may hold versions beyond the durable revision: they are never shown.
 */
export interface WatchSource {
  /** Read once, when the hub is made; from then on the hub counts by `committed`. */
  durableRevision(): number;
  /** 0: never compacted. Everything at and above it is in `history`. */
  compactRevision(): number;
  /** The reign that serves: goes into each header. */
  term(): number;
  /**
   * Every version with `fromRevision <= modRevision <= toRevision`, tombstones included (also those at the compact revision itself),
   * ascending by (modRevision, sub). Read lazily, and not always to its end. `fromRevision` is never below the compact revision.
   */
  history(fromRevision: number, toRevision: number): Iterable<Version>;
  /** The version of the same key just before this one, tombstone or not; undefined if there is none. */
  previous(version: Version): Version | undefined;
}

/** The way out. Both are called inside the hub's own methods and must not call back. */
export interface WatchSink {
  response(stream: number, response: WatchResponse): void;
  /** The stream is over: nothing follows, and the hub has forgotten it. */
  end(stream: number, error: ClientError): void;
}
