import { describe, expect, test } from 'vitest';
import type { LocalOperation } from '../../src/ports/local-store.ts';
import type { CallResult } from '../../src/core/types/event.ts';
import { byteStringOf, bytesOf } from '../../src/core/types/bytes.ts';
import { createSimulatedDisk } from '../doubles/disk.ts';
import { createSimulatedLocalStore } from '../doubles/local-store.ts';
import { craftedScenario } from '../oracle/testing/craft.ts';
import { createLocalCalls } from './local-calls.ts';

/** Local calls in which the nth write fails, and a clock that the test moves. */
function localCallsOf(failing: number, applied: boolean) {
  const due: (() => void)[] = [];
  const results: CallResult[] = [];
  const local = createSimulatedLocalStore();
  let writes = 0;
  const calls = createLocalCalls(
    {
      scenario: craftedScenario,
      hooks: {
        store: [],
        link: [],
        effect: [],
        local: [
          ({ target }, plan) => {
            if (target !== 'local-write') return;
            writes += 1;
            if (writes !== failing) return;
            plan.failure = 'EIO';
            plan.appliedAlthoughFailed = applied;
          },
        ],
      },
      isHealed: () => false,
      nowMs: () => 0,
      latency: () => 1,
      at: (_atMs, act) => due.push(act),
    },
    0,
    local,
    createSimulatedDisk(),
  );
  return {
    write: (...keys: readonly string[]) => {
      for (const key of keys)
        calls.start({ kind: 'local-write', batch: [put(key)], durability: 'none', afterReads: false }, (result) =>
          results.push(result),
        );
    },
    setAside: () => calls.start({ kind: 'local-set-aside' }, (result) => results.push(result)),
    settle() {
      for (let act = due.shift(); act !== undefined; act = due.shift()) act();
      return results.splice(0).map(({ kind }) => kind);
    },
    crash: () => calls.crash((count) => count - 1),
    keys: () => local.entries().map(({ key }) => byteStringOf(key)),
  };
}

const put = (key: string): LocalOperation => ({ kind: 'put', key: bytesOf(key), value: bytesOf('x') });

describe('a write to the local store that fails', () => {
  test('takes those behind it along, which were under way already, and those after it', () => {
    const calls = localCallsOf(2, false);
    calls.write('a', 'b', 'c');
    expect(calls.settle()).toEqual(['local-write', 'local-failed', 'local-failed']);
    calls.write('d');
    expect(calls.settle()).toEqual(['local-failed']);
    expect(calls.keys()).toEqual(['a']);
  });

  test('until the store is set aside', () => {
    const calls = localCallsOf(1, false);
    calls.write('a');
    calls.setAside();
    expect(calls.settle()).toEqual(['local-failed', 'local-set-aside']);
    calls.write('b');
    expect(calls.settle()).toEqual(['local-write']);
    expect(calls.keys()).toEqual(['b']);
  });

  test.each([
    [false, ['a']],
    [true, ['a', 'b']],
  ])('leaves no hole in a crash either (applied: %s)', (applied, kept) => {
    const calls = localCallsOf(2, applied);
    calls.write('a', 'b', 'c');
    calls.crash();
    expect(calls.keys()).toEqual(kept);
  });
});
