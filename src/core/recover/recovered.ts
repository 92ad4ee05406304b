import type { State } from '../state/state.ts';
import type { LeaseId } from '../types/bytes.ts';
import type { LogPosition } from '../types/log.ts';
import type { Loading } from '../values/loading.ts';
import type { ValueCache } from '../values/value-cache.ts';

/** The state of the log up to a position, and nothing beyond it. */
export interface Recovered {
  readonly state: State;
  readonly values: ValueCache;
  /** Undefined: all values are local. */
  readonly loading: Loading | undefined;
  position: LogPosition;
  /** Leases of the log up to the position, with their time to live in seconds; `state` may be ahead of it later. */
  readonly leases: Map<LeaseId, number>;
  /** First slot that has not been read: dead segments may lie between it and the position's. */
  nextSlot: number;
  /** Wall clock of the last frame, in milliseconds since 1970. */
  wallMs: number;
}
