import { archiveOf } from '../archive/read-archive.ts';
import { log, type Core } from '../core.ts';
import { decodeArchiveIndex } from '../format/archive.ts';
import { describeDamage } from '../format/damage.ts';
import { slotKey } from '../format/keys.ts';
import { decodeSegmentHeader, segmentHeaderBytes } from '../format/segment.ts';
import { slotsNeededFrom } from '../format/slots-needed.ts';
import { updateManifest, type HeldManifest, type ManifestWriter } from '../recover/locate-manifest.ts';
import { deleteObjects } from '../store/delete-objects.ts';
import { readRange } from '../store/objects.ts';
import { all, type Task } from '../task.ts';
import type { ArchiveReference, CondemnedReference, Manifest } from '../types/log.ts';
import { readCondemned } from './condemned-names.ts';
import { staysForEver } from './stays-for-ever.ts';

/**
 * The second half of a collection: what was condemned long enough ago is deleted. Nobody uses a condemned name again, so it does not
 * matter who deletes, how often, or how late.
 */
export interface Ripe {
  /** Lists whose grace is over. */
  readonly lists: readonly CondemnedReference[];
  /** Up to, not including, this slot; at most the first that is needed in its own object. */
  readonly slotsBelow: number;
}

export type Swept =
  | { readonly kind: 'swept'; readonly manifest: HeldManifest; readonly objects: number; readonly slots: number }
  | { readonly kind: 'changed' }
  | { readonly kind: 'deposed' }
  | { readonly kind: 'unreadable'; readonly reason: string };

export function* sweep(core: Core, writer: ManifestWriter, held: HeldManifest, ripe: Ripe): Task<Swept> {
  const { manifest } = held;
  const slotsBelow = Math.min(ripe.slotsBelow, slotsNeededFrom(manifest));
  if (ripe.lists.length === 0 && slotsBelow <= manifest.logCollectedFloor) {
    return { kind: 'swept', manifest: held, objects: 0, slots: 0 };
  }
  let objects = 0;
  for (const list of ripe.lists) {
    const keys = yield* readCondemned(core, list);
    if (typeof keys === 'string') return { kind: 'unreadable', reason: keys };
    yield* deleteObjects(core, keys);
    objects += keys.length;
  }
  const slots = yield* sweepSlots(core, manifest, slotsBelow);
  if (typeof slots === 'string') return { kind: 'unreadable', reason: slots };
  const done = new Set(ripe.lists.map(({ key }) => key));
  const collected = Math.max(manifest.logCollectedFloor, slotsBelow);
  const updated = yield* updateManifest(core, writer, held, (current) => ({
    ...current,
    condemned: current.condemned.filter(({ key }) => !done.has(key)),
    condemnedSlots: current.condemnedSlots.filter(({ below }) => below > collected),
    logCollectedFloor: collected,
  }));
  if (updated === 'changed' || updated === 'deposed') return { kind: updated };
  yield* deleteObjects(core, [...done]);
  log(core, 'info', 'deleted what had been condemned', { objects, slots });
  return { kind: 'swept', manifest: updated, objects, slots };
}

const slotsAtOnce = 64;

/** How many slots were deleted; a text says what could not be read. */
function* sweepSlots(core: Core, manifest: Manifest, below: number): Task<number | string> {
  const { logCollectedFloor, logInflightMax } = manifest;
  const fences = new Set<number>();
  const indexes = new Map<string, ReadonlySet<number>>();
  let deleted = 0;
  // A fence shortly before the first slot protects it too.
  const first = Math.max(1, logCollectedFloor - logInflightMax);
  for (let from = first; from < below; from += slotsAtOnce) {
    const slots = Array.from({ length: Math.min(slotsAtOnce, below - from) }, (_, index) => from + index);
    const kinds = yield* kindsOf(core, manifest, slots, indexes);
    if (typeof kinds === 'string') return kinds;
    const problem = kinds.find((kind) => typeof kind === 'object');
    if (problem !== undefined) return problem.unreadable;
    slots.forEach((slot, index) => kinds[index] === 'fence' && fences.add(slot));
    const gone = slots.filter(
      (slot, index) =>
        slot >= logCollectedFloor && kinds[index] !== 'missing' && !staysForEver(slot, fences, logInflightMax),
    );
    yield* deleteObjects(
      core,
      gone.map((slot) => slotKey(slot)),
    );
    deleted += gone.length;
  }
  return deleted;
}

/** By the index of the archive that holds the slot, else by the slot's own header. A text says what could not be read. */
function* kindsOf(
  core: Core,
  manifest: Manifest,
  slots: readonly number[],
  indexes: Map<string, ReadonlySet<number>>,
): Task<readonly SlotKind[] | string> {
  for (const slot of slots) {
    const archive = archiveOf(manifest.archives, slot);
    if (archive === undefined || indexes.has(archive.key)) continue;
    const fences = yield* fencesIn(core, manifest, archive);
    if (typeof fences === 'string') return fences;
    indexes.set(archive.key, fences);
  }
  const own = slots.filter((slot) => archiveOf(manifest.archives, slot) === undefined);
  const kinds = yield* all(own.map((slot) => readKind(core, manifest, slot)));
  return slots.map((slot) => {
    const archive = archiveOf(manifest.archives, slot);
    if (archive === undefined) return kinds[own.indexOf(slot)]!;
    return indexes.get(archive.key)!.has(slot) ? 'fence' : 'data';
  });
}

function* fencesIn(
  core: Core,
  { databaseId }: Manifest,
  { key, firstSlot, lastSlot, indexBytes, contentBytes }: ArchiveReference,
): Task<ReadonlySet<number> | string> {
  const bytes = yield* readRange(core, key, { start: 0, end: indexBytes });
  if (bytes === undefined) return `${key} is missing`;
  const expected = { databaseId, firstSlot, lastSlot, contentBytes };
  const index = decodeArchiveIndex(key, bytes, core.digest, expected);
  if (index.kind === 'damaged') return describeDamage(index.damage);
  const fences = new Set<number>();
  index.value.sections.flat().forEach(({ isFence }, place) => isFence && fences.add(firstSlot + place));
  return fences;
}

type SlotKind = 'fence' | 'data' | 'missing' | { readonly unreadable: string };

function* readKind(core: Core, { databaseId }: Manifest, slot: number): Task<SlotKind> {
  const key = slotKey(slot);
  const bytes = yield* readRange(core, key, { start: 0, end: segmentHeaderBytes });
  // A collector before this one got so far. A fence is never missing.
  if (bytes === undefined) return 'missing';
  const header = decodeSegmentHeader(key, bytes, core.digest, { databaseId, slot });
  return header.kind === 'ok' ? header.value.kind : { unreadable: describeDamage(header.damage) };
}
