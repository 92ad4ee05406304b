import type { CheckpointReference, Pin } from '../types/log.ts';

/**
 * The first slot that anybody may still have to read: the one after the oldest checkpoint that stays, or the first that a pin needs. A
 * database without a checkpoint is rebuilt from its first slot. The floor never sinks: what is below may be gone.
 */
export function logFloorOf(current: number, kept: readonly CheckpointReference[], pins: readonly Pin[]): number {
  const oldest = kept[0];
  if (oldest === undefined) return current;
  let floor = oldest.slot + 1;
  for (const { firstSlot, lastSlot } of pins) if (lastSlot >= firstSlot) floor = Math.min(floor, firstSlot);
  return Math.max(current, floor);
}
