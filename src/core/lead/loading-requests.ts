import { parkedRequestsMax } from '../limits.ts';
import type { VersionValues } from '../read/view.ts';
import type { Scope } from '../task.ts';
import { clientErrors } from '../types/error.ts';
import type { Version } from '../types/version.ts';
import type { ValueSource } from '../values/value-source.ts';
import type { Answers } from './answers.ts';
import { createParkedRequests, type AskedRequest, type ParkedRequests } from './parked.ts';

/** Requests that cannot be evaluated before values are read from wherever they are. */
export interface LoadingRequests extends Pick<ParkedRequests, 'take' | 'takeAll' | 'expired'> {
  /** `known`: what was read for it before. */
  load(asked: AskedRequest, known: VersionValues, versions: readonly Version[]): void;
}

export function createLoadingRequests(
  scope: Scope,
  values: ValueSource,
  answers: Answers,
  /** From its beginning: the state may have moved on. */
  evaluateAgain: (asked: AskedRequest, known: VersionValues) => void,
): LoadingRequests {
  const parked = createParkedRequests(parkedRequestsMax);
  const { take, takeAll, expired } = parked;
  return {
    load(asked, known, versions) {
      if (!parked.park(asked)) {
        answers.fail(asked.id, clientErrors.tooManyRequests);
        return;
      }
      scope.spawn(values.readInTime(versions), (read) => {
        if (!parked.take(asked.id)) return;
        if (read === undefined) answers.fail(asked.id, clientErrors.timeout);
        else evaluateAgain(asked, new Map([...known, ...read]));
      });
    },
    take,
    takeAll,
    expired,
  };
}
