import { createNumbered } from './numbered.ts';
import type { TaskEdges } from './task.ts';
import type { Effect } from './types/effect.ts';
import type { CallResult } from './types/event.ts';

/**
 * What tasks have begun outside and wait for: calls and timers, numbered. A result or a timer that nobody waits for any more is passed
 * over.
 */
export interface Edges extends TaskEdges {
  result(call: number, result: CallResult): void;
  timer(timer: number): void;
}

export type EdgeEffect = Extract<Effect, { readonly kind: 'call' | 'timer-set' | 'timer-clear' }>;

export function createEdges(emit: (effect: EdgeEffect) => void): Edges {
  let nextCall = 1;
  let nextTimer = 1;
  const calls = createNumbered<(result: CallResult) => void>();
  const timers = createNumbered<() => void>();
  return {
    startCall(operation, done) {
      const call = nextCall++;
      calls.set(call, done);
      emit({ kind: 'call', call, operation });
    },
    startTimer(monotonicMs, done) {
      const timer = nextTimer++;
      timers.set(timer, done);
      emit({ kind: 'timer-set', timer, atMonotonicMs: monotonicMs });
      return () => {
        if (timers.take(timer) !== undefined) emit({ kind: 'timer-clear', timer });
      };
    },
    result: (call, result) => calls.take(call)?.(result),
    timer: (timer) => timers.take(timer)?.(),
  };
}
