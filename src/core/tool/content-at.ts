import { authContentOf } from '../auth/auth-state.ts';
import type { Core } from '../core.ts';
import { retainedInOrder } from '../snapshot/retained-in-order.ts';
import { until, type Task } from '../task.ts';
import type { ActiveAlarm } from '../types/alarm.ts';
import type { AuthContent } from '../types/auth.ts';
import type { Cut, LeaseGrantState } from '../types/log.ts';
import type { Version } from '../types/version.ts';
import { stateAt, type StateAt } from './state-at.ts';

/** `t4 export`: everything that a snapshot of a running node would hold, at a cut, from the object store alone. */
export type ContentAt =
  | {
      readonly kind: 'content';
      readonly revision: number;
      readonly compactRevision: number;
      readonly sequence: number;
      readonly epoch: number;
      readonly wallMs: number;
      readonly keys: number;
      /** Ascending by revision. Without their values: `look` is shown each of them while it has its own. */
      readonly versions: readonly Version[];
      readonly leases: readonly LeaseGrantState[];
      readonly auth: AuthContent;
      readonly alarms: readonly ActiveAlarm[];
    }
  | Exclude<StateAt, { readonly kind: 'state' }>;

export function* contentAt(core: Core, cut: Cut, look: (version: Version) => void): Task<ContentAt> {
  const found = yield* stateAt(core, cut, look);
  if (found.kind !== 'state') return found;
  const { state, position, wallMs } = found;
  const { revision } = state;
  const compactRevision = state.settledCompactRevision;
  const ordering = retainedInOrder(state, { revision, compactRevision });
  let step = ordering.next();
  while (step.done !== true) {
    yield* until(core.at.monotonicMs);
    step = ordering.next();
  }
  return {
    kind: 'content',
    revision,
    compactRevision,
    sequence: position.sequence,
    epoch: position.epoch,
    wallMs,
    keys: state.keys,
    versions: step.value,
    leases: [...found.leases].map(([lease, ttlSeconds]) => ({ lease, ttlSeconds })),
    auth: authContentOf(state.auth),
    alarms: state.alarms,
  };
}
