import { condemnedBy } from '../collect/condemned-names.ts';
import { missesNothing } from '../checkpoint/may-name-checkpoint.ts';
import { log, type Core } from '../core.ts';
import { readManifest, updateManifest, type HeldManifest, type ManifestWriter } from '../recover/locate-manifest.ts';
import type { Task } from '../task.ts';
import type { ArchiveReference, Manifest } from '../types/log.ts';
import { segmentsOfArchives, segmentsOfSlots } from './collect-segments.ts';
import { withSlotsCondemned } from './condemn-slots.ts';
import { mayNameArchive } from './may-name-archive.ts';
import { freshSlots, mergedArchives } from './plan-archive.ts';
import { writeArchive } from './write-archive.ts';

/**
 * Puts old slots into archives, one after another: reads them, uploads the archive under a name of its own, and names it by compare-and-swap. From then
 * on the slots' own objects are condemned, and the archives that it took the place of are named by nothing.
 */
export type Archived =
  | { readonly kind: 'archived'; readonly manifest: HeldManifest; readonly slots: number }
  /** Somebody else wrote the manifest meanwhile, in a way that does not go together with this. */
  | { readonly kind: 'changed' }
  | { readonly kind: 'deposed' }
  /** What cannot be read stays where it is. */
  | { readonly kind: 'unreadable'; readonly manifest: HeldManifest; readonly reason: string };

/** `mayGoOn`: asked before each archive. */
export function* archiveOldSlots(
  core: Core,
  writer: ManifestWriter,
  first: HeldManifest,
  mayGoOn: () => boolean,
): Task<Archived> {
  const { archiveSegments, archiveBytes } = core.configuration;
  let slots = 0;
  for (let held = first; ;) {
    const { manifest } = held;
    const fresh = freshSlots(manifest, archiveSegments);
    if (fresh === undefined || manifest.removed || !mayGoOn()) return { kind: 'archived', manifest: held, slots };
    const { databaseId } = manifest;
    const found = yield* segmentsOfSlots(core, databaseId, fresh, archiveBytes);
    if (found.unreadable !== undefined && found.segments.length < archiveSegments)
      return { kind: 'unreadable', manifest: held, reason: found.unreadable };
    const freshBytes = found.segments.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const merged = mergedArchives(manifest.archives, freshBytes, archiveBytes);
    const older = yield* segmentsOfArchives(core, databaseId, merged);
    if (typeof older === 'string') return { kind: 'unreadable', manifest: held, reason: older };
    const firstSlot = merged[0]?.firstSlot ?? fresh.firstSlot;
    const archive = yield* writeArchive(core, databaseId, firstSlot, [...older, ...found.segments]);
    if (archive === undefined) return { kind: 'changed' };
    const named = yield* nameArchive(core, writer, held, archive, merged);
    if (named === 'changed' || named === 'deposed') return { kind: named };
    log(core, 'info', 'old slots archived', {
      firstSlot,
      lastSlot: archive.lastSlot,
      fresh: found.segments.length,
      merged: merged.length,
      bytes: archive.bytes,
    });
    slots += found.segments.length;
    held = named;
    if (found.unreadable !== undefined) return { kind: 'unreadable', manifest: held, reason: found.unreadable };
  }
}

/** The slots that the next archive would take up, as far as the manifest says. */
export function slotsToArchive(core: Core, manifest: Manifest): number {
  const fresh = freshSlots(manifest, core.configuration.archiveSegments);
  return fresh === undefined ? 0 : fresh.lastSlot - fresh.firstSlot + 1;
}

/**
 * Only where everything that was condemned since the upload can be told: a list stands in the manifest for one generation at least, so that no more
 * than one may be between two readings.
 */
function* nameArchive(
  core: Core,
  writer: ManifestWriter,
  planned: HeldManifest,
  archive: ArchiveReference,
  merged: readonly ArchiveReference[],
): Task<HeldManifest | 'changed' | 'deposed'> {
  const lists = new Map<string, readonly string[]>();
  for (let held = planned; ;) {
    const since = held.manifest.condemned.filter(({ generation }) => generation > planned.manifest.generation);
    const condemned = yield* condemnedBy(core, since, lists);
    if (typeof condemned === 'string') return 'changed';
    if (!mayNameArchive(held.manifest, { archive, merged, condemned })) return 'changed';
    const updated = yield* updateManifest(core, writer, held, (current) =>
      withSlotsCondemned(withArchive(current, archive, merged), core.at.wallMs),
    );
    if (updated === 'deposed') return 'deposed';
    if (updated !== 'changed') return updated;
    const now = yield* readManifest(core);
    if (now === undefined) return 'changed';
    // An attempt whose outcome was unknown did it after all.
    if (now.manifest.archives.some(({ key }) => key === archive.key)) return now;
    if (!missesNothing(held.manifest.generation, now.manifest.generation)) return 'changed';
    held = now;
  }
}

function withArchive(manifest: Manifest, archive: ArchiveReference, merged: readonly ArchiveReference[]): Manifest {
  const { archives } = manifest;
  return { ...manifest, archives: [...archives.slice(0, archives.length - merged.length), archive] };
}
