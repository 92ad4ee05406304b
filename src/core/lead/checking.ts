import type { Core } from '../core.ts';
import { keepChecking, noteMismatches } from '../corruption/keep-checking.ts';
import type { Mismatch } from '../corruption/mismatch.ts';
import { servedNow } from '../corruption/served-state.ts';
import type { RecoveredDatabase } from '../recover/recover.ts';
import type { Reign } from '../reign/reign.ts';
import type { Task } from '../task.ts';
import type { CheckedStatus } from '../types/response.ts';
import type { ValueSource } from '../values/value-source.ts';

/** Whether the object store holds what a leader serves. */
export interface Checking {
  /** What the recovery met; then at every interval, for as long as the reign. */
  keep(raise: (mismatch: Mismatch) => void): Task<void>;
  /** Undefined: nothing was checked yet. */
  status(): CheckedStatus | undefined;
}

export function createChecking(
  core: Core,
  reign: Reign,
  { recovered, mismatches }: RecoveredDatabase,
  values: ValueSource,
): Checking {
  let status: CheckedStatus | undefined;
  return {
    *keep(raise) {
      const [first] = mismatches;
      if (first !== undefined) {
        noteMismatches(core, 'recovery', mismatches);
        raise(first);
      }
      yield* keepChecking(core, reign, {
        served: () => servedNow(recovered, values),
        loading: () => values.loading() !== undefined,
        raise,
        checked: (now) => (status = now),
      });
    },
    status: () => status,
  };
}
