import { archiveOf, readArchive, rowOf, segmentOf, type HeldArchive } from '../archive/read-archive.ts';
import { readManifestAt } from '../branch/pinned.ts';
import type { Core } from '../core.ts';
import type { DecodedSegment } from '../format/segment.ts';
import { all, type Task } from '../task.ts';
import type { ArchiveReference } from '../types/log.ts';
import { readManifest } from './locate-manifest.ts';
import { readSegment, unprovable } from './read-segment.ts';

/**
 * Where the slots of a log are read: in the archive that its manifest names for them, else each in its own object. What is not where it was a moment
 * ago may have been archived, or merged into a larger archive, and deleted since: the manifest says so, and is asked again.
 *
 * Memory: archives of `archivesAheadBytesMax` together, or one; opened a section at a time.
 */
export interface SlotSource {
  /** A row from that slot on, and not beyond the last; undefined where nothing is in a slot. */
  read(first: number, last: number | undefined): Task<readonly (DecodedSegment | undefined)[]>;
  /** Whether an archive holds the slot that was not there. */
  isArchived(slot: number): Task<boolean>;
}

export interface SourceOfSlots {
  readonly databaseId: Uint8Array;
  /** From the root of the family's store; undefined: the log of the database at hand. */
  readonly home: string | undefined;
  /** As the manifest said; undefined: it has not been asked. */
  readonly archives: readonly ArchiveReference[] | undefined;
}

const slotsAtOnce = 16;
const archivesAtOnce = 8;
const archivesAheadBytesMax = 32 * 1024 * 1024;

export function createSlotSource(core: Core, { databaseId, home, archives: known }: SourceOfSlots): SlotSource {
  let archives = known;
  let held = new Map<string, HeldArchive>();

  function* ask(): Task<readonly ArchiveReference[]> {
    const found = home === undefined ? yield* readManifest(core) : yield* readManifestAt(core, home);
    archives = found?.manifest.archives ?? [];
    return archives;
  }

  /** The archive, and with it those that are likely to be wanted next. */
  function* hold(reference: ArchiveReference, last: number): Task<HeldArchive> {
    for (let wanted = reference; ;) {
      const known = held.get(wanted.key);
      if (known !== undefined) return known;
      held = new Map();
      const read = yield* all(ahead(wanted, last).map((each) => readArchive(core, each, databaseId)));
      for (const each of read) if (each.kind === 'ok') held.set(each.value.reference.key, each.value);
      const [first] = read;
      if (first?.kind === 'ok') return first.value;
      const now = archiveOf(yield* ask(), reference.firstSlot);
      if (now === undefined || now.key === wanted.key) throw unprovable(first!.reason);
      wanted = now;
    }
  }

  function ahead(reference: ArchiveReference, last: number): readonly ArchiveReference[] {
    const row = [reference];
    let { bytes } = reference;
    for (const next of archives ?? []) {
      if (next.firstSlot <= reference.lastSlot || next.firstSlot > last) continue;
      bytes += next.bytes;
      if (row.length === archivesAtOnce || bytes > archivesAheadBytesMax) break;
      row.push(next);
    }
    return row;
  }

  function* readArchived(reference: ArchiveReference, first: number, last: number): Task<readonly DecodedSegment[]> {
    const archive = yield* hold(reference, last);
    const row = rowOf(core, archive, first);
    if (typeof row === 'string') throw unprovable(row);
    const wanted = row.segments.slice(first - row.firstSlot, last - row.firstSlot + 1);
    return wanted.map((bytes, index) => {
      const segment = segmentOf(core, archive, first + index, bytes);
      if (typeof segment === 'string') throw unprovable(segment);
      return segment;
    });
  }

  return {
    *read(first, last = Number.MAX_SAFE_INTEGER) {
      const isLong = last - first >= slotsAtOnce;
      const asked = archives ?? (isLong && home !== undefined ? yield* ask() : []);
      const archive = archiveOf(asked, first);
      if (archive !== undefined) return yield* readArchived(archive, first, last);
      const count = Math.min(slotsAtOnce, last - first + 1);
      const slots = Array.from({ length: count }, (_, index) => first + index);
      return yield* all(slots.map((slot) => readSegment(core, databaseId, slot, home)));
    },
    *isArchived(slot) {
      return archiveOf(yield* ask(), slot) !== undefined;
    },
  };
}

/** One slot, wherever it is by now; undefined: neither it nor an archive of it is there. */
export function* readSlotAnywhere(source: SlotSource, slot: number): Task<DecodedSegment | undefined> {
  const [found] = yield* source.read(slot, slot);
  if (found !== undefined || !(yield* source.isArchived(slot))) return found;
  return (yield* source.read(slot, slot))[0];
}
