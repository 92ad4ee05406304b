import { describe, expect, test } from 'vitest';
import { withSlotsCondemned } from '../archive/condemn-slots.ts';
import { condemnedSlotsMax } from '../limits.ts';
import type { Manifest } from '../types/log.ts';
import { ripeSlotsBelow } from './ripe-slots.ts';

const condemnedSlots = [
  { below: 10, wallMs: 1 },
  { below: 20, wallMs: 2 },
  { below: 30, wallMs: 3 },
];

describe('slots that may go', () => {
  test('are those whose grace is over, however often the floor has risen since', () => {
    const ripe = ripeSlotsBelow({ condemnedSlots, logCollectedFloor: 5 }, ({ wallMs }) => wallMs <= 2);
    expect(ripe).toBe(20);
  });

  test('are none behind one that has to wait', () => {
    expect(ripeSlotsBelow({ condemnedSlots, logCollectedFloor: 5 }, ({ wallMs }) => wallMs !== 1)).toBe(5);
  });
});

test('each time that slots are not needed any more is written down, and the last waits where there is no room', () => {
  let manifest = { archives: [], condemnedSlots: [], logCollectedFloor: 1 } as unknown as Manifest;
  for (let floor = 2; floor <= condemnedSlotsMax + 10; floor++) {
    manifest = withSlotsCondemned({ ...manifest, logFloor: floor }, floor * 1_000);
    expect(manifest.condemnedSlots.at(-1)).toEqual({ below: floor, wallMs: floor * 1_000 });
    expect(withSlotsCondemned(manifest, 0)).toBe(manifest);
  }
  expect(manifest.condemnedSlots).toHaveLength(condemnedSlotsMax);
  expect(manifest.condemnedSlots.at(-2)).toEqual({ below: condemnedSlotsMax, wallMs: condemnedSlotsMax * 1_000 });
});
