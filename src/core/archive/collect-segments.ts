import type { Core } from '../core.ts';
import { describeDamage } from '../format/damage.ts';
import { slotKey } from '../format/keys.ts';
import { decodeSegment } from '../format/segment.ts';
import { readDecoded } from '../store/objects.ts';
import { all, until, type Task } from '../task.ts';
import { readArchive, rowOf } from './read-archive.ts';
import type { ArchiveReference } from '../types/log.ts';
import type { FreshSlots } from './plan-archive.ts';

/** What an archive is made of: every slot's bytes as they are, dead segments too. Each is read whole and proved, or no archive holds it. */

export interface SegmentBytes {
  readonly isFence: boolean;
  readonly bytes: Uint8Array;
}

const slotsAtOnce = 16;

export interface FoundSegments {
  readonly segments: readonly SegmentBytes[];
  /** Which slot cannot be read, and why: what comes before it is found. */
  readonly unreadable: string | undefined;
}

/** From the slots' own objects, up to so many bytes together, at least one that can be read. */
export function* segmentsOfSlots(
  core: Core,
  databaseId: Uint8Array,
  { firstSlot, lastSlot }: FreshSlots,
  bytesMax: number,
): Task<FoundSegments> {
  const segments: SegmentBytes[] = [];
  let total = 0;
  for (let from = firstSlot; from <= lastSlot; from += slotsAtOnce) {
    const slots = Array.from({ length: Math.min(slotsAtOnce, lastSlot - from + 1) }, (_, index) => from + index);
    const read = yield* all(slots.map((slot) => readSlot(core, databaseId, slot)));
    for (const segment of read) {
      if (typeof segment === 'string') return { segments, unreadable: segment };
      total += segment.bytes.length;
      if (segments.length > 0 && total > bytesMax) return { segments, unreadable: undefined };
      segments.push(segment);
    }
  }
  return { segments, unreadable: undefined };
}

function* readSlot(core: Core, databaseId: Uint8Array, slot: number): Task<SegmentBytes | string> {
  const key = slotKey(slot);
  const read = yield* readDecoded(core, key, (body) => decodeSegment(key, body, core.digest, { databaseId, slot }));
  if (read.kind === 'missing') return `${key} is missing`;
  if (read.kind === 'damaged') return describeDamage(read.damage);
  return { isFence: read.value.header.kind === 'fence', bytes: read.object.body };
}

/** From archives in their order. */
export function* segmentsOfArchives(
  core: Core,
  databaseId: Uint8Array,
  archives: readonly ArchiveReference[],
): Task<readonly SegmentBytes[] | string> {
  const segments: SegmentBytes[] = [];
  for (const reference of archives) {
    const archive = yield* readArchive(core, reference, databaseId);
    if (archive.kind !== 'ok') return archive.reason;
    for (let slot = reference.firstSlot; slot <= reference.lastSlot;) {
      const row = rowOf(core, archive.value, slot);
      if (typeof row === 'string') return row;
      const entries = archive.value.open.index.sections[row.section]!;
      row.segments.forEach((bytes, index) => segments.push({ isFence: entries[index]!.isFence, bytes }));
      slot += row.segments.length;
      // Others' events go first: decompressing a section takes a while.
      yield* until(core.at.monotonicMs);
    }
  }
  return segments;
}
