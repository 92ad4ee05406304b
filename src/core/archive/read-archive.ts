import type { Core } from '../core.ts';
import { openArchive, openArchiveSection, type OpenArchive } from '../format/archive.ts';
import { describeDamage } from '../format/damage.ts';
import { decodeSegment, type DecodedSegment } from '../format/segment.ts';
import { readReferenced, type Referenced } from '../store/read-reference.ts';
import type { Task } from '../task.ts';
import type { ArchiveReference } from '../types/log.ts';

/** An archive as its reference names it, and what is in it. */

export interface HeldArchive {
  readonly reference: ArchiveReference;
  readonly open: OpenArchive;
}

/** The one that holds the slot, of those that a manifest names. */
export function archiveOf(archives: readonly ArchiveReference[], slot: number): ArchiveReference | undefined {
  let low = 0;
  let high = archives.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (archives[middle]!.lastSlot < slot) low = middle + 1;
    else high = middle;
  }
  const found = archives[low];
  return found !== undefined && found.firstSlot <= slot ? found : undefined;
}

export function* readArchive(
  core: Core,
  reference: ArchiveReference,
  databaseId: Uint8Array,
): Task<Referenced<HeldArchive>> {
  const { key, hash, firstSlot, lastSlot, indexBytes, contentBytes } = reference;
  const expected = { databaseId, hash, firstSlot, lastSlot, indexBytes, contentBytes };
  const read = yield* readReferenced(core, reference, (body) => openArchive(key, body, core.digest, expected));
  return read.kind === 'ok' ? { kind: 'ok', value: { reference, open: read.value } } : read;
}

/** Bytes of the segments of the section that a slot is in. */
export interface ArchivedRow {
  readonly firstSlot: number;
  readonly segments: readonly Uint8Array[];
  /** Index of the section. */
  readonly section: number;
}

/** A text says what is wrong with the section. */
export function rowOf(core: Core, { reference, open }: HeldArchive, slot: number): ArchivedRow | string {
  let { firstSlot } = open.index;
  let section = 0;
  while (slot >= firstSlot + open.index.sections[section]!.length) {
    firstSlot += open.index.sections[section]!.length;
    section += 1;
  }
  const read = openArchiveSection(reference.key, open, section, core.configuration.compression);
  if (read.kind === 'damaged') return describeDamage(read.damage);
  return { firstSlot, segments: read.value, section };
}

/** One segment, proved as in its own object. A text says what is wrong with it. */
export function segmentOf(
  core: Core,
  { reference, open }: HeldArchive,
  slot: number,
  bytes: Uint8Array,
): DecodedSegment | string {
  const { databaseId } = open.index;
  const decoded = decodeSegment(`${reference.key}, slot ${slot}`, bytes, core.digest, { databaseId, slot });
  return decoded.kind === 'ok' ? decoded.value : describeDamage(decoded.damage);
}
