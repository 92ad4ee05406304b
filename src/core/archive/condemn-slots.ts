import { slotsNeededFrom } from '../format/slots-needed.ts';
import { condemnedSlotsMax } from '../limits.ts';
import type { ArchiveReference, Manifest } from '../types/log.ts';

/** Those that hold something at or above the floor: the rest is given up. */
export function archivesFrom(archives: readonly ArchiveReference[], logFloor: number): readonly ArchiveReference[] {
  return archives.filter(({ lastSlot }) => lastSlot >= logFloor);
}

/** Writes down since when the objects of slots are not needed. Where there is no room for another step, the last one waits for this one. */
export function withSlotsCondemned(manifest: Manifest, wallMs: number): Manifest {
  const { condemnedSlots, logCollectedFloor } = manifest;
  const below = slotsNeededFrom(manifest);
  if (below <= (condemnedSlots.at(-1)?.below ?? logCollectedFloor)) return manifest;
  return { ...manifest, condemnedSlots: [...condemnedSlots.slice(0, condemnedSlotsMax - 1), { below, wallMs }] };
}
