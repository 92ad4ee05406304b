import type { Manifest } from '../types/log.ts';

/**
 * The first slot whose own object may still have to be read: those before it are given up, or in an archive. It never sinks, for the
 * floor does not, and an archive is only forgotten when it is below the floor.
 */
export function slotsNeededFrom({ logFloor, archives }: Pick<Manifest, 'logFloor' | 'archives'>): number {
  return Math.max(logFloor, (archives.at(-1)?.lastSlot ?? 0) + 1);
}
