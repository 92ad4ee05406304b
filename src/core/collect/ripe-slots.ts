import type { CondemnedSlots, Manifest } from '../types/log.ts';

/** Slots may go when they, and all before them, have been condemned for long enough: later steps do not make the earlier ones wait. */
export function ripeSlotsBelow(
  { condemnedSlots, logCollectedFloor }: Pick<Manifest, 'condemnedSlots' | 'logCollectedFloor'>,
  isRipe: (condemned: CondemnedSlots) => boolean,
): number {
  let below = logCollectedFloor;
  for (const condemned of condemnedSlots) {
    if (!isRipe(condemned)) break;
    below = condemned.below;
  }
  return below;
}
