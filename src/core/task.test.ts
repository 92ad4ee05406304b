import { describe, expect, test } from 'vitest';
import { all, call, createScope, createSignal, fire, until, waitFor, waitForUntil, type Task } from './task.ts';
import type { CallOperation } from './types/effect.ts';
import type { CallResult } from './types/event.ts';

/** The machine's side of a task: calls and timers that are answered by hand. */
function createEdges() {
  const calls: { operation: CallOperation; done: (result: CallResult) => void }[] = [];
  const timers: { atMs: number; done: () => void; cleared: boolean }[] = [];
  const scope = createScope({
    startCall: (operation, done) => void calls.push({ operation, done }),
    startTimer(atMs, done) {
      const timer = { atMs, done, cleared: false };
      timers.push(timer);
      return () => {
        timer.cleared = true;
      };
    },
  });
  return { scope, calls, timers };
}

function* fileOf(name: string): Task<string> {
  const result = yield* call({ kind: 'disk-read', file: name });
  return `${name}: ${result.kind === 'disk-read' ? result.bytes?.length : result.message}`;
}

describe('a task', () => {
  test('runs at once up to what it waits for, and its result is told in the step that brings it', () => {
    const { scope, calls } = createEdges();
    const results: string[] = [];
    scope.spawn(fileOf('a'), (result) => results.push(result));
    expect(calls.map(({ operation }) => operation)).toEqual([{ kind: 'disk-read', file: 'a' }]);
    calls[0]!.done({ kind: 'disk-read', bytes: new Uint8Array(3) });
    expect(results).toEqual(['a: 3']);
  });

  test('that waits for nothing is done when spawn returns', () => {
    const { scope } = createEdges();
    const results: number[] = [];
    scope.spawn(
      (function* () {
        yield* all([]);
        return 7;
      })(),
      (result) => results.push(result),
    );
    expect(results).toEqual([7]);
  });

  test('waits for a time', () => {
    const { scope, timers } = createEdges();
    let done = 0;
    scope.spawn(until(50), () => done++);
    expect(timers.map(({ atMs }) => atMs)).toEqual([50]);
    expect(done).toBe(0);
    timers[0]!.done();
    expect(done).toBe(1);
  });

  test('throws into the step that resumed it', () => {
    const { scope, calls } = createEdges();
    scope.spawn(
      (function* () {
        yield* fileOf('a');
        throw new Error('found');
      })(),
    );
    expect(() => calls[0]!.done({ kind: 'disk-read', bytes: undefined })).toThrow('found');
  });
});

describe('all', () => {
  test('runs side by side; the results come in the order given, not in that of their arrival', () => {
    const { scope, calls } = createEdges();
    let results: readonly string[] | undefined;
    scope.spawn(all([fileOf('a'), fileOf('b'), fileOf('c')]), (found) => (results = found));
    expect(calls).toHaveLength(3);
    for (const index of [2, 0]) calls[index]!.done({ kind: 'disk-read', bytes: new Uint8Array(index) });
    expect(results).toBeUndefined();
    calls[1]!.done({ kind: 'local-failed', message: 'away' });
    expect(results).toEqual(['a: 0', 'b: away', 'c: 2']);
  });

  test('of nothing is done at once', () => {
    const { scope } = createEdges();
    let results: readonly unknown[] | undefined;
    scope.spawn(all([]), (found) => (results = found));
    expect(results).toEqual([]);
  });

  test('of tasks that wait for nothing is done at once', () => {
    const { scope } = createEdges();
    let results: readonly number[] | undefined;
    function* number(value: number): Task<number> {
      yield* all([]);
      return value;
    }
    scope.spawn(all([number(1), number(2)]), (found) => (results = found));
    expect(results).toEqual([1, 2]);
  });
});

describe('a signal', () => {
  test('wakes all who wait, once; who waits again waits for the next', () => {
    const { scope } = createEdges();
    const signal = createSignal();
    const woken: string[] = [];
    function* waiter(name: string): Task<void> {
      for (;;) {
        yield* waitFor(signal);
        woken.push(name);
      }
    }
    scope.spawn(waiter('a'));
    scope.spawn(waiter('b'));
    fire(signal);
    expect(woken).toEqual(['a', 'b']);
    fire(signal);
    expect(woken).toEqual(['a', 'b', 'a', 'b']);
  });

  test('that nobody waits for is forgotten', () => {
    const { scope } = createEdges();
    const signal = createSignal();
    fire(signal);
    let woken = 0;
    scope.spawn(waitFor(signal), () => woken++);
    expect(woken).toBe(0);
  });

  test('or a time: whichever comes first, and then the other means nothing', () => {
    const { scope, timers } = createEdges();
    const signal = createSignal();
    let woken = 0;
    scope.spawn(waitForUntil(signal, 10), () => woken++);
    scope.spawn(waitForUntil(signal, 20), () => woken++);
    timers[0]!.done();
    expect(woken).toBe(1);
    fire(signal);
    expect(woken).toBe(2);
    expect(timers.map(({ cleared }) => cleared)).toEqual([false, true]);
    fire(signal);
    expect(woken).toBe(2);
  });
});

describe('a cancelled scope', () => {
  test('takes back its timers, hears no signal and drops the results of its calls', () => {
    const { scope, calls, timers } = createEdges();
    const signal = createSignal();
    let ran = 0;
    scope.spawn(until(10), () => ran++);
    scope.spawn(waitFor(signal), () => ran++);
    scope.spawn(fileOf('a'), () => ran++);
    scope.spawn(all([fileOf('b'), fileOf('c')]), () => ran++);
    scope.cancel();
    expect(timers.map(({ cleared }) => cleared)).toEqual([true]);
    fire(signal);
    for (const { done } of calls) done({ kind: 'disk-read', bytes: undefined });
    expect(ran).toBe(0);
  });

  test('starts nothing any more', () => {
    const { scope, calls } = createEdges();
    scope.cancel();
    let ran = 0;
    scope.spawn(fileOf('a'), () => ran++);
    expect(calls).toEqual([]);
    expect(ran).toBe(0);
  });

  test('by its own task: the task does not get to what it wanted next', () => {
    const { scope, calls } = createEdges();
    let ran = 0;
    scope.spawn(
      (function* () {
        yield* fileOf('a');
        scope.cancel();
        yield* fileOf('b');
      })(),
      () => ran++,
    );
    calls[0]!.done({ kind: 'disk-read', bytes: undefined });
    expect(calls).toHaveLength(1);
    expect(ran).toBe(0);
  });

  test('by a task that a signal woke: those woken after it stay asleep', () => {
    const { scope } = createEdges();
    const signal = createSignal();
    let ran = 0;
    scope.spawn(waitFor(signal), () => scope.cancel());
    scope.spawn(waitFor(signal), () => ran++);
    fire(signal);
    expect(ran).toBe(0);
  });

  test('leaves other scopes alone', () => {
    const signal = createSignal();
    const one = createEdges();
    const other = createEdges();
    let ran = 0;
    one.scope.spawn(waitFor(signal), () => (ran += 100));
    other.scope.spawn(waitFor(signal), () => ran++);
    one.scope.cancel();
    fire(signal);
    expect(ran).toBe(1);
  });
});
