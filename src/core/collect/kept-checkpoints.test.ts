import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CheckpointReference } from '../types/log.ts';
import { checkpointsNamedMax, keptCheckpoints } from './kept-checkpoints.ts';
import { logFloorOf } from './log-floor.ts';

function checkpointAt(slot: number, wallMs: number): CheckpointReference {
  return {
    key: `/checkpoints/${slot}`,
    hash: new Uint8Array(32),
    bytes: 1,
    slot,
    sequence: slot,
    revision: slot,
    epoch: 1,
    wallMs,
  };
}

const ascending = fc
  .array(fc.integer({ min: 1, max: 1_000 }), { maxLength: 30 })
  .map((steps) => steps.map((_, index) => steps.slice(0, index + 1).reduce((sum, step) => sum + step, 0)))
  .map((times) => times.map((wallMs, index) => checkpointAt((index + 1) * 10, wallMs)));

describe('checkpoints that stay named', () => {
  test('every moment within the retention has one at or before it, if there ever was one', () => {
    fc.assert(
      fc.property(ascending, fc.nat(40_000), fc.nat(40_000), (all, retentionMs, ago) => {
        const kept = keptCheckpoints(all, retentionMs);
        const moment = (all.at(-1)?.wallMs ?? 0) - Math.min(ago, retentionMs);
        const before = all.filter((checkpoint) => checkpoint.wallMs <= moment).at(-1);
        expect(kept.filter((checkpoint) => checkpoint.wallMs <= moment).at(-1)).toBe(before);
      }),
    );
  });

  test('the newest two stay however old they are', () => {
    const all = [1, 2, 3, 4].map((index) => checkpointAt(index, index));
    expect(keptCheckpoints(all, 0)).toEqual(all.slice(2));
    expect(keptCheckpoints(all.slice(0, 1), 0)).toEqual(all.slice(0, 1));
    expect(keptCheckpoints([], 0)).toEqual([]);
  });

  test('for ever keeps the oldest, and their number is bounded', () => {
    const all = Array.from({ length: checkpointsNamedMax + 1 }, (_, index) => checkpointAt(index + 1, index));
    const kept = keptCheckpoints(all, Infinity);
    expect(kept[0]).toBe(all[0]);
    expect(kept.at(-1)).toBe(all.at(-1));
    expect(kept.length).toBeLessThanOrEqual(checkpointsNamedMax);
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
