import type { State } from '../state/state.ts';
import type { Alarms } from '../types/alarm.ts';
import type { AuthState } from '../types/auth.ts';
import type { LeaseId } from '../types/bytes.ts';
import type { LogPosition } from '../types/log.ts';
import type { Loading } from '../values/loading.ts';
import type { ValueCache } from '../values/value-cache.ts';

/** What of the log up to a position is not versions; `state` may be ahead of it later. */
export interface RecoveredTables {
  /** With their time to live, in seconds. */
  readonly leases: Map<LeaseId, number>;
  auth: AuthState;
  alarms: Alarms;
}

/** The state of the log up to a position, and nothing beyond it. */
export interface Recovered extends RecoveredTables {
  readonly state: State;
  readonly values: ValueCache;
  /** Undefined: all values are local. */
  readonly loading: Loading | undefined;
  position: LogPosition;
  /** First slot that has not been read: dead segments may lie between it and the position's. */
  nextSlot: number;
  /** Wall clock of the last frame, in milliseconds since 1970. */
  wallMs: number;
}
