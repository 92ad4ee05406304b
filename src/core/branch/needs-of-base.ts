import type { Base, Pin } from '../types/log.ts';

/**
 * What a branch needs of the database whose log it leaves last, and that one's pin keeps. What the ancestors before it have is kept by that
 * one's own pin in its parent, for as long as it is there: and it is not removed while it has branches.
 */
export function needsOfBase({ checkpoint, stretches }: Base): Pick<Pin, 'checkpoint' | 'firstSlot' | 'lastSlot'> {
  const { firstSlot, lastSlot } = stretches.at(-1)!;
  return { checkpoint: stretches.length === 1 ? checkpoint : undefined, firstSlot, lastSlot };
}
