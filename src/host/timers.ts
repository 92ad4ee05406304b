import { createNumbered } from '../core/numbered.ts';
import type { Clock } from '../ports/clock.ts';

/**
 * The core's timers on the host's clock. One that is due already fires at the end of this turn of the event loop: what arrives
 * together is then worked on together.
 */
export interface Timers {
  set(timer: number, atMonotonicMs: number): void;
  clear(timer: number): void;
  clearAll(): void;
}

export function createTimers(clock: Clock, fire: (timer: number) => void): Timers {
  const cancels = createNumbered<() => void>();
  return {
    set(timer, atMonotonicMs) {
      const due = () => {
        cancels.take(timer);
        fire(timer);
      };
      if (atMonotonicMs <= clock.now().monotonicMs) {
        const immediate = setImmediate(due);
        cancels.set(timer, () => clearImmediate(immediate));
        return;
      }
      cancels.set(timer, clock.schedule(atMonotonicMs, due));
    },
    clear(timer) {
      cancels.take(timer)?.();
    },
    clearAll() {
      for (const [timer] of cancels.all()) cancels.take(timer)?.();
    },
  };
}
