import type { Core } from '../core.ts';
import type { Standby } from '../recover/claim-epoch.ts';
import { waitForUntil, type Scope, type Task } from '../task.ts';
import { leadTransferTimeout, type ClientError } from '../types/error.ts';

/**
 * Requests to move the lead, once it has been given away: answered when `control` says that the heir has it. Who does not take it in time has it no
 * more than any other, and the request fails.
 */
export interface LeadMoves {
  /** `epoch`: of the reign that was ended for it. */
  follow(id: number, heir: bigint, epoch: number, done: (error: ClientError | undefined) => void): void;
  abandon(id: number): void;
  /** Whatever waits gets this error. */
  end(error: ClientError): void;
}

export function createLeadMoves(core: Core, scope: Scope, standby: Standby): LeadMoves {
  const waiting = new Map<number, (error: ClientError | undefined) => void>();

  function settle(id: number, error: ClientError | undefined): void {
    const done = waiting.get(id);
    waiting.delete(id);
    done?.(error);
  }

  function hasTaken(heir: bigint, epoch: number): boolean {
    const control = standby.observed?.control;
    return control !== undefined && control.epoch > epoch && control.leader?.memberId === heir;
  }

  function* untilTaken(heir: bigint, epoch: number, untilMs: number): Task<boolean> {
    while (!hasTaken(heir, epoch) && core.at.monotonicMs < untilMs) {
      yield* waitForUntil(standby.observedSignal, untilMs);
    }
    return hasTaken(heir, epoch);
  }

  return {
    follow(id, heir, epoch, done) {
      waiting.set(id, done);
      const untilMs = core.at.monotonicMs + core.configuration.requestTimeoutMs;
      scope.spawn(untilTaken(heir, epoch, untilMs), (taken) => settle(id, taken ? undefined : leadTransferTimeout));
    },
    abandon: (id) => void waiting.delete(id),
    end(error) {
      for (const id of [...waiting.keys()]) settle(id, error);
    },
  };
}
