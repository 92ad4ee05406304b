import type { Clock } from '../ports/clock.ts';

/** Node's timers take 32 bits; a longer delay would fire at once. */
const timerDelayMsMax = 2 ** 31 - 1;

/**
 * The clock of this process. `monotonicMs` counts from the creation of the clock, in fractions of a millisecond.
 *
 * Timers are only an alarm: Node may call up to a millisecond early and cannot wait past 24 days, so each call looks at
 * the monotonic clock and sleeps on when it is not yet time.
 */
export function createSystemClock(): Clock {
  const originNs = process.hrtime.bigint();
  const monotonicMs = (): number => Number(process.hrtime.bigint() - originNs) / 1e6;

  return {
    now() {
      return { monotonicMs: monotonicMs(), wallMs: Date.now() };
    },
    schedule(dueMs, fire) {
      let timer: ReturnType<typeof setTimeout>;
      const sleep = (): void => {
        const delayMs = Math.min(Math.max(Math.ceil(dueMs - monotonicMs()), 0), timerDelayMsMax);
        timer = setTimeout(wake, delayMs);
      };
      const wake = (): void => {
        if (monotonicMs() < dueMs) return sleep();
        fire();
      };
      sleep();
      return () => clearTimeout(timer);
    },
  };
}
