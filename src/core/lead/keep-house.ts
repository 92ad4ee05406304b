import { leaseExpiryCheckIntervalMs } from '../limits.ts';
import { until, type Task } from '../task.ts';
import { clientErrors } from '../types/error.ts';
import { admitExpiries } from './admit.ts';
import type { Leader } from './leader.ts';

/** What falls due with time: answers that come too late, leases that are over, the lease on leadership itself. Runs for as long as the reign. */
export function* keepHouse(leader: Leader): Task<void> {
  const { core, answers, pending, leaseGate, loading, values, watches } = leader;
  let lastMs = core.at.monotonicMs;
  for (;;) {
    yield* until(core.at.monotonicMs + leaseExpiryCheckIntervalMs);
    const nowMs = core.at.monotonicMs;
    for (const late of pending.expired(nowMs)) answers.fail(late.id, clientErrors.timeout);
    for (const late of [...leaseGate.expired(nowMs), ...loading.expired(nowMs)]) {
      answers.fail(late, clientErrors.timeout);
    }
    values.giveUpLate();
    watches.hub.tick(nowMs);
    if (!leaseGate.isHeld()) leaseGate.noteLapse();
    else if (!leaseGate.hasLapsed() && leader.refusal === undefined) admitExpiries(leader, nowMs, nowMs - lastMs);
    lastMs = nowMs;
  }
}
