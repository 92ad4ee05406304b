import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CheckpointReference } from '../types/log.ts';
import type { Retention } from '../types/retention.ts';
import { checkpointsNamedMax, checkpointsSpareMin, keptCheckpoints, reachesBeyond } from './kept-checkpoints.ts';
import { logFloorOf } from './log-floor.ts';

function checkpointAt(slot: number, wallMs: number, historyBytes = 0): CheckpointReference {
  return {
    key: `/checkpoints/${slot}`,
    hash: new Uint8Array(32),
    bytes: 1,
    slot,
    sequence: slot,
    revision: slot,
    epoch: 1,
    wallMs,
    treeBytes: 1,
    historyBytes,
  };
}

const age = (milliseconds: number): Retention => ({ kind: 'age', milliseconds });
const size = (bytes: number): Retention => ({ kind: 'size', bytes });

const ascending = fc
  .array(fc.integer({ min: 1, max: 1_000 }), { maxLength: 30 })
  .map((steps) => steps.map((_, index) => steps.slice(0, index + 1).reduce((sum, step) => sum + step, 0)))
  .map((times) => times.map((wallMs, index) => checkpointAt((index + 1) * 10, wallMs)));

describe('checkpoints that stay named', () => {
  test('every moment within the retention has one at or before it, if there ever was one', () => {
    fc.assert(
      fc.property(ascending, fc.nat(40_000), fc.nat(40_000), (all, retentionMs, ago) => {
        const kept = keptCheckpoints(all, age(retentionMs));
        const moment = (all.at(-1)?.wallMs ?? 0) - Math.min(ago, retentionMs);
        const before = all.filter((checkpoint) => checkpoint.wallMs <= moment).at(-1);
        expect(kept.filter((checkpoint) => checkpoint.wallMs <= moment).at(-1)).toBe(before);
      }),
    );
  });

  test('the newest two stay however old they are', () => {
    const all = [1, 2, 3, 4].map((index) => checkpointAt(index, index));
    expect(keptCheckpoints(all, age(0))).toEqual(all.slice(2));
    expect(keptCheckpoints(all.slice(0, 1), age(0))).toEqual(all.slice(0, 1));
    expect(keptCheckpoints([], age(0))).toEqual([]);
  });

  test('for ever keeps the oldest, and their number is bounded', () => {
    const all = Array.from({ length: checkpointsNamedMax + 1 }, (_, index) => checkpointAt(index + 1, index));
    const kept = keptCheckpoints(all, { kind: 'for-ever' });
    expect(kept[0]).toBe(all[0]);
    expect(kept.at(-1)).toBe(all.at(-1));
    expect(kept.length).toBeLessThanOrEqual(checkpointsNamedMax);
  });
});

test('what was before the oldest checkpoint stays while the retention reaches so far', () => {
  const all = [checkpointAt(5, 1_000, 300), checkpointAt(9, 2_000, 700)];
  expect(reachesBeyond([], age(0))).toBe(true);
  expect(reachesBeyond(all, age(1_001))).toBe(true);
  expect(reachesBeyond(all, age(1_000))).toBe(false);
  expect(reachesBeyond(all, size(700))).toBe(true);
  expect(reachesBeyond(all, size(699))).toBe(false);
  expect(reachesBeyond(all, { kind: 'for-ever' })).toBe(true);
});

describe('retention by size', () => {
  /** Each with the bytes that the log and dropped objects grew by since the one before it. */
  const growths = fc.array(fc.integer({ min: 0, max: 1_000 }), { maxLength: 30 });
  const grown = (steps: readonly number[]) =>
    steps.map((_, index) =>
      checkpointAt(
        (index + 1) * 10,
        index,
        steps.slice(0, index + 1).reduce((sum, step) => sum + step, 0),
      ),
    );

  test('keeps as much history as fits, and the newest two', () => {
    fc.assert(
      fc.property(growths, fc.nat(5_000), (steps, bytes) => {
        const all = grown(steps);
        // From the newest backwards, adding up.
        let first = all.length;
        for (let sum = 0; first > 0; first--) {
          sum += steps[first] ?? 0;
          if (sum > bytes && all.length - first >= checkpointsSpareMin) break;
        }
        expect(keptCheckpoints(all, size(bytes))).toEqual(all.slice(first));
      }),
    );
  });

  test('a larger size keeps no less', () => {
    fc.assert(
      fc.property(growths, fc.nat(5_000), fc.nat(5_000), (steps, bytes, more) => {
        const all = grown(steps);
        const kept = keptCheckpoints(all, size(bytes));
        expect(keptCheckpoints(all, size(bytes + more)).slice(-kept.length || Infinity)).toEqual(kept);
      }),
    );
  });
});

describe('the log floor', () => {
  const pin = { id: new Uint8Array(16), name: 'branches/a/', createdWallMs: 0, checkpoint: undefined, lastSlot: 99 };

  test('lies after the oldest checkpoint that stays', () => {
    expect(logFloorOf(1, [checkpointAt(10, 0), checkpointAt(20, 0)], [])).toBe(11);
  });

  test('is held back by a pin', () => {
    expect(logFloorOf(1, [checkpointAt(10, 0)], [{ ...pin, firstSlot: 7 }])).toBe(7);
  });

  test('never sinks, and stays where it is without a checkpoint', () => {
    expect(logFloorOf(30, [checkpointAt(10, 0)], [{ ...pin, firstSlot: 7 }])).toBe(30);
    expect(logFloorOf(5, [], [])).toBe(5);
  });
});
