import { slotsNeededFrom } from '../format/slots-needed.ts';
import type { ArchiveReference, Manifest } from '../types/log.ts';

export interface ArchiveNaming {
  readonly archive: ArchiveReference;
  /** Those that it takes the place of. */
  readonly merged: readonly ArchiveReference[];
  /** All that was condemned since the archive was uploaded, in the very manifest that is to be replaced. */
  readonly condemned: readonly string[];
}

/**
 * Whether the manifest may name an archive: it goes on where what is archived ends, the archives that it takes the place of are still named, it is
 * not condemned itself, and something of it is kept at all.
 */
export function mayNameArchive(
  manifest: Pick<Manifest, 'archives' | 'logFloor'>,
  { archive, merged, condemned }: ArchiveNaming,
): boolean {
  const { archives, logFloor } = manifest;
  if (condemned.includes(archive.key) || archive.lastSlot < slotsNeededFrom(manifest)) return false;
  const kept = archives.length - merged.length;
  if (kept < 0 || merged.some(({ key }, index) => key !== archives[kept + index]!.key)) return false;
  const previous = archives[kept - 1];
  return previous === undefined ? archive.firstSlot <= logFloor : archive.firstSlot === previous.lastSlot + 1;
}
