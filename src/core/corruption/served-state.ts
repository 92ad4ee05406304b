import { equalBytes } from '../types/bytes.ts';
import type { LogPosition } from '../types/log.ts';
import type { Recovered, RecoveredTables } from '../recover/recovered.ts';
import type { State } from '../state/state.ts';
import type { ValueSource } from '../values/value-source.ts';

/** What this node serves, to be held against the object store. */
export interface ServedState {
  /** May move on while it is compared. */
  readonly state: State;
  /** Undefined: values are still to come from the very checkpoint that is checked. */
  readonly values: Pick<ValueSource, 'read'> | undefined;
  /** A place in the log up to which slots are filled, and what is not versions as of there. */
  readonly position: LogPosition;
  readonly tables: RecoveredTables;
}

export function servedNow(recovered: Recovered, values: ServedState['values']): ServedState {
  const { state, position, leases, auth, alarms } = recovered;
  return { state, values, position, tables: { leases: new Map(leases), auth, alarms } };
}

export function isSameSegment(left: LogPosition, right: LogPosition): boolean {
  return left.slot === right.slot && equalBytes(left.segmentHash, right.segmentHash);
}
