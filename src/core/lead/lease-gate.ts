import { log, type Core } from '../core.ts';
import type { LeaseClock } from '../lease/lease-clock.ts';
import { leaseHeld } from '../lease/leader-lease.ts';
import { parkedRequestsMax } from '../limits.ts';
import type { Reign } from '../reign/reign.ts';
import { waitFor, type Task } from '../task.ts';
import { clientErrors } from '../types/error.ts';
import type { Answers } from './answers.ts';
import { createParkedRequests, type AskedRequest, type ParkedRequests } from './parked.ts';

/** What is answered by a state that nothing proves to be the newest needs the lease on leadership; while it has lapsed, requests wait here. */
export interface LeaseGate extends Pick<ParkedRequests, 'take' | 'takeAll' | 'expired'> {
  isHeld(): boolean;
  /** It was noticed to have lapsed, and no renewal has come since. */
  hasLapsed(): boolean;
  noteLapse(): void;
  /** Now, or not at all: the request is evaluated from its beginning once the lease is renewed. */
  pass(asked: AskedRequest, then: () => void): void;
  /** Goes on for as long as the reign. */
  followRenewals(evaluateAgain: (asked: AskedRequest) => void): Task<void>;
}

export function createLeaseGate(core: Core, reign: Reign, leases: LeaseClock, answers: Answers): LeaseGate {
  const parked = createParkedRequests(parkedRequestsMax);
  const { take, takeAll, expired } = parked;
  let lapsed = false;

  function isHeld(): boolean {
    return leaseHeld({ sentAt: reign.leaseSentAt, leaseMs: reign.control.leaseMs }, core.at);
  }

  return {
    isHeld,
    hasLapsed: () => lapsed,
    noteLapse() {
      if (lapsed) return;
      lapsed = true;
      log(core, 'warn', 'the lease on leadership lapsed; reads wait until it is renewed', { epoch: reign.epoch });
      core.problems.set('lease', 'the lease on leadership has lapsed: the object store does not take renewals');
    },
    pass(asked, then) {
      if (isHeld()) then();
      else if (!parked.park(asked)) answers.fail(asked.id, clientErrors.tooManyRequests);
    },
    *followRenewals(evaluateAgain) {
      for (;;) {
        yield* waitFor(reign.renewedSignal);
        if (!isHeld()) continue;
        if (lapsed) {
          // Nobody could renew a lease meanwhile: each has its full time again.
          leases.restartAll(core.at.monotonicMs);
          lapsed = false;
          core.problems.delete('lease');
          log(core, 'info', 'the lease on leadership is held again', { epoch: reign.epoch });
        }
        for (const asked of parked.takeAll()) evaluateAgain(asked);
      }
    },
    take,
    takeAll,
    expired,
  };
}
