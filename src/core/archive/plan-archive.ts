import { slotsNeededFrom } from '../format/slots-needed.ts';
import { archiveReferencesMax } from '../limits.ts';
import type { ArchiveReference, Manifest } from '../types/log.ts';
import { settledSlot } from './settled-slot.ts';

/** Slots that may go into the next archive. */
export interface FreshSlots {
  readonly firstSlot: number;
  readonly lastSlot: number;
}

/** Undefined: there are not enough of them, or no room to name another archive. */
export function freshSlots(
  manifest: Pick<Manifest, 'archives' | 'logFloor' | 'checkpoints'>,
  segmentsMin: number,
): FreshSlots | undefined {
  const firstSlot = slotsNeededFrom(manifest);
  const lastSlot = settledSlot(manifest.checkpoints);
  if (segmentsMin === 0 || lastSlot - firstSlot + 1 < segmentsMin) return undefined;
  return manifest.archives.length < archiveReferencesMax ? { firstSlot, lastSlot } : undefined;
}

/**
 * Which of the newest archives become one with the fresh slots: the longest row in which each is not larger than all that comes after it, together
 * not above the target. So whatever is written again is in something at least twice as large then: a byte is written at most
 * log₂(target / least) + 1 times, and of archives next to each other that stay, either the first is larger than all after it, or the two
 * are above the target together.
 */
export function mergedArchives(
  archives: readonly ArchiveReference[],
  freshBytes: number,
  targetBytes: number,
): readonly ArchiveReference[] {
  let newer = freshBytes;
  let from = archives.length;
  for (let index = archives.length - 1; index >= 0; index--) {
    const { contentBytes } = archives[index]!;
    if (newer + contentBytes > targetBytes) break;
    if (contentBytes <= newer) from = index;
    newer += contentBytes;
  }
  return archives.slice(from);
}
