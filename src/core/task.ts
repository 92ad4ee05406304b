import type { CallOperation } from './types/effect.ts';
import type { CallResult } from './types/event.ts';
import { assert } from './assert.ts';

/**
 * Tasks: processes of several steps (claim, recover, publish, checkpoint) written as synchronous generators. A task yields what
 * it waits for and is resumed inside the `step` of the event that brings it; nothing here is asynchronous.
 *
 * Invariants:
 * - A task runs only inside `step`, and at most one task runs at a time.
 * - A cancelled scope never runs again: results of its calls are dropped (what they did outside stays done).
 */
export type Task<Result> = Generator<Wait, Result, unknown>;

export type Wait =
  | { readonly kind: 'call'; readonly operation: CallOperation }
  | { readonly kind: 'until'; readonly monotonicMs: number }
  | { readonly kind: 'signal'; readonly signal: Signal }
  /** Whichever comes first. */
  | { readonly kind: 'signal-or-until'; readonly signal: Signal; readonly monotonicMs: number }
  | { readonly kind: 'all'; readonly tasks: readonly Task<unknown>[] };

/** Wakes every task that waits for it, once for each `fire`. */
export interface Signal {
  readonly waiters: Set<() => void>;
}

export function createSignal(): Signal {
  return { waiters: new Set() };
}

export function fire(signal: Signal): void {
  const waiters = [...signal.waiters];
  signal.waiters.clear();
  for (const wake of waiters) wake();
}

type ResultOf<Kind extends CallResult['kind']> = Extract<CallResult, { readonly kind: Kind }>;

/** Performs a call; the result's kind is the operation's, or `local-failed`. */
export function* call<Operation extends CallOperation>(
  operation: Operation,
): Task<ResultOf<Operation['kind'] & CallResult['kind']> | ResultOf<'local-failed'>> {
  return (yield { kind: 'call', operation }) as ResultOf<Operation['kind'] & CallResult['kind']>;
}

export function* until(monotonicMs: number): Task<void> {
  yield { kind: 'until', monotonicMs };
}

export function* waitFor(signal: Signal): Task<void> {
  yield { kind: 'signal', signal };
}

/** Waits for the signal, but not past that time. */
export function* waitForUntil(signal: Signal, monotonicMs: number): Task<void> {
  yield { kind: 'signal-or-until', signal, monotonicMs };
}

/** Runs the tasks side by side; their results in the order given. */
export function* all<Result>(tasks: readonly Task<Result>[]): Task<readonly Result[]> {
  if (tasks.length === 0) return [];
  return (yield { kind: 'all', tasks }) as readonly Result[];
}

/** Runs the task in the scope and waits for it, but not past that time; false: it has not ended, and goes on. */
export function* endsInTime(scope: Scope, task: Task<void>, untilMonotonicMs: number): Task<boolean> {
  const endSignal = createSignal();
  const state = { ended: false };
  scope.spawn(task, () => {
    state.ended = true;
    fire(endSignal);
  });
  if (!state.ended) yield* waitForUntil(endSignal, untilMonotonicMs);
  return state.ended;
}

/** What a runner needs of the machine. */
export interface TaskEdges {
  /** Starts a call; `done` runs in the step that brings its result. */
  startCall(operation: CallOperation, done: (result: CallResult) => void): void;
  /** Runs `done` in a step at or after that time; returns what undoes it. */
  startTimer(monotonicMs: number, done: () => void): () => void;
}

export interface Scope {
  spawn<Result>(task: Task<Result>, done?: (result: Result) => void): void;
  cancel(): void;
}

export function createScope(edges: TaskEdges): Scope {
  let cancelled = false;
  const undo = new Set<() => void>();

  function resume<Result>(task: Task<Result>, input: unknown, done: (result: Result) => void): void {
    if (cancelled) return;
    const next = task.next(input);
    if (next.done === true) {
      if (!cancelled) done(next.value);
      return;
    }
    if (cancelled) return;
    wait(task, next.value, done);
  }

  function wait<Result>(task: Task<Result>, waiting: Wait, done: (result: Result) => void): void {
    switch (waiting.kind) {
      case 'call':
        edges.startCall(waiting.operation, (result) => resume(task, result, done));
        return;
      case 'until':
        onTime(waiting.monotonicMs, () => resume(task, undefined, done));
        return;
      case 'signal':
        onSignal(waiting.signal, () => resume(task, undefined, done));
        return;
      case 'signal-or-until': {
        const forgetTime = onTime(waiting.monotonicMs, () => {
          forgetSignal();
          resume(task, undefined, done);
        });
        const forgetSignal = onSignal(waiting.signal, () => {
          forgetTime();
          resume(task, undefined, done);
        });
        return;
      }
      case 'all':
        runAll(waiting.tasks, (results) => resume(task, results, done));
        return;
    }
  }

  function onTime(monotonicMs: number, then: () => void): () => void {
    const clear = edges.startTimer(monotonicMs, () => {
      undo.delete(forget);
      then();
    });
    const forget = () => {
      undo.delete(forget);
      clear();
    };
    undo.add(forget);
    return forget;
  }

  function onSignal(signal: Signal, then: () => void): () => void {
    const wake = () => {
      undo.delete(forget);
      then();
    };
    const forget = () => {
      undo.delete(forget);
      signal.waiters.delete(wake);
    };
    signal.waiters.add(wake);
    undo.add(forget);
    return forget;
  }

  function runAll(tasks: readonly Task<unknown>[], done: (results: readonly unknown[]) => void): void {
    assert(tasks.length > 0, 'all() waits for at least one task');
    const results: unknown[] = tasks.map(() => undefined);
    let left = tasks.length;
    tasks.forEach((task, index) => {
      resume(task, undefined, (result) => {
        results[index] = result;
        left -= 1;
        if (left === 0) done(results);
      });
    });
  }

  return {
    spawn(task, done = () => undefined) {
      resume(task, undefined, done);
    },
    cancel() {
      cancelled = true;
      for (const forget of [...undo]) forget();
      undo.clear();
    },
  };
}
