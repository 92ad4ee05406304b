import { createProvedFences, type ProvedFences } from '../archive/proved-fences.ts';
import { archiveOf } from '../archive/read-archive.ts';
import { log, type Core } from '../core.ts';
import { describeDamage } from '../format/damage.ts';
import { nameOfKey, slotKey } from '../format/keys.ts';
import { decodeSegmentHeader, segmentHeaderBytes } from '../format/segment.ts';
import { slotsNeededFrom } from '../format/slots-needed.ts';
import { updateManifest, type HeldManifest, type ManifestWriter } from '../recover/locate-manifest.ts';
import { deleteObjects } from '../store/delete-objects.ts';
import { readRange } from '../store/objects.ts';
import { all, type Task } from '../task.ts';
import type { CondemnedReference, Manifest } from '../types/log.ts';
import { readCondemned } from './condemned-names.ts';
import { staysForEver } from './stays-for-ever.ts';

/**
 * The second half of a collection: what was condemned long enough ago is deleted. Nobody uses a condemned name again, so it does not
 * matter who deletes, how often, or how late. But slots and archives that another archive holds go only once that one was read whole.
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
  const archived = createProvedFences(core, manifest);
  const unproved = yield* archived.prove(slotsFrom(manifest.logCollectedFloor, slotsBelow));
  if (unproved !== undefined) return { kind: 'unreadable', reason: unproved };
  let objects = 0;
  for (const list of ripe.lists) {
    const keys = yield* readCondemned(core, list);
    const reason = typeof keys === 'string' ? keys : yield* archived.prove(firstSlotsOfArchives(keys));
    if (typeof keys === 'string' || reason !== undefined) return { kind: 'unreadable', reason: reason! };
    yield* deleteObjects(core, keys);
    objects += keys.length;
  }
  const slots = yield* sweepSlots(core, manifest, slotsBelow, archived);
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

function* slotsFrom(first: number, below: number): Generator<number, void, void> {
  for (let slot = first; slot < below; slot++) yield slot;
}

/** What took the place of an archive holds its first slot. */
function firstSlotsOfArchives(keys: readonly string[]): readonly number[] {
  return keys.flatMap((key) => {
    const name = nameOfKey(key);
    return name?.kind === 'archive' ? [name.slot] : [];
  });
}

const slotsAtOnce = 64;

/** How many slots were deleted; a text says what could not be read. */
function* sweepSlots(core: Core, manifest: Manifest, below: number, archived: ProvedFences): Task<number | string> {
  const { logCollectedFloor, logInflightMax } = manifest;
  const fences = new Set<number>();
  let deleted = 0;
  // A fence shortly before the first slot protects it too.
  const first = Math.max(1, logCollectedFloor - logInflightMax);
  for (let from = first; from < below; from += slotsAtOnce) {
    const slots = Array.from({ length: Math.min(slotsAtOnce, below - from) }, (_, index) => from + index);
    const kinds = yield* kindsOf(core, manifest, slots, archived);
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
  archived: ProvedFences,
): Task<readonly SlotKind[] | string> {
  const own: number[] = [];
  const kinds = new Map<number, SlotKind>();
  for (const slot of slots) {
    const archive = archiveOf(manifest.archives, slot);
    const fences = archive === undefined ? undefined : yield* archived.fencesIn(archive);
    if (typeof fences === 'string') return fences;
    if (fences === undefined) own.push(slot);
    else kinds.set(slot, fences.has(slot) ? 'fence' : 'data');
  }
  const read = yield* all(own.map((slot) => readKind(core, manifest, slot)));
  own.forEach((slot, index) => kinds.set(slot, read[index]!));
  return slots.map((slot) => kinds.get(slot)!);
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
