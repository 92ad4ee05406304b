import type { Manifest, Pin } from '../types/log.ts';

/** What has to hold of a database's manifest before a branch is made of it. The pin is written by compare-and-swap on that very manifest. */

/** Whether all that the pin names is kept already, by the log floor and by name: what is not may be condemned, or gone. */
export function mayPin({ logFloor, checkpoints, pins }: Manifest, { firstSlot, lastSlot, checkpoint }: Pin): boolean {
  if (lastSlot >= firstSlot && firstSlot < logFloor) return false;
  if (checkpoint === undefined) return true;
  const pinned = pins.flatMap((pin) => (pin.checkpoint === undefined ? [] : [pin.checkpoint]));
  return [...checkpoints, ...pinned].some(({ key }) => key === checkpoint.key);
}

/**
 * Whether nothing was found in the slot after the pin's last one because nothing had been written there. A slot that was archived or given up is
 * empty too, but none is before a checkpoint goes beyond it.
 */
export function mayEndWith({ checkpoints }: Manifest, { lastSlot }: Pin): boolean {
  return (checkpoints.at(-1)?.slot ?? 0) <= lastSlot;
}

/** What is removed stays for the branches that it has, and gets no others: nobody would know when it may go. */
export function mayHaveBranches({ removed }: Manifest): boolean {
  return !removed;
}
