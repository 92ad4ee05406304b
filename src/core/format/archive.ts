import type { Compression } from '../../ports/compression.ts';
import type { Digest } from '../../ports/digest.ts';
import { assert } from '../assert.ts';
import type { ArchivedSegment, ArchiveIndex } from '../types/log.ts';
import { checkChecksum } from './checksum.ts';
import { DamageSignal, decoding } from './damage.ts';
import type { Decoded } from './damage.ts';
import { beginObject, checksumBytes, endObject, envelopeStartBytes, openObject } from './envelope.ts';
import { readFlag, writeFlag } from './flag.ts';
import { idBytes, readId, writeId } from './hashes.ts';
import { checkContent, checkDatabaseId, checkSlot } from './identity.ts';
import type { ExpectedContent, ExpectedDatabase } from './identity.ts';
import { ByteReader, outOfBounds } from './reader.ts';
import { readSection, sectionOverheadBytes, writeSection } from './section.ts';
import { ByteWriter } from './writer.ts';

/**
 * An archive holds the bytes of consecutive slots, each as it was in its own object. It is two envelopes in one: its first `indexBytes` bytes are
 * magic, version, the index and their checksum; the whole goes on with the sections of the index, nothing between them, and ends with the
 * checksum of everything. So the index can be read alone; and the sections can be opened one by one, so that nobody has to hold all of them.
 */
const indexBytesUsual = envelopeStartBytes + idBytes + 16;
const segmentEntryBytes = 5;

export interface SealedArchive {
  readonly bytes: Uint8Array;
  /** The first so many of the bytes are the index. */
  readonly indexBytes: number;
}

/** What the reference says; undefined is not checked. */
export interface ExpectedArchive extends ExpectedDatabase, ExpectedContent {
  readonly firstSlot?: number | undefined;
  readonly lastSlot?: number | undefined;
  readonly indexBytes?: number | undefined;
  readonly contentBytes?: number | undefined;
}

/** An archive whose bytes are proved, and whose sections are still as they are stored. */
export interface OpenArchive {
  readonly index: ArchiveIndex;
  readonly lastSlot: number;
  readonly indexBytes: number;
  /** Views into the bytes, one for each section of the index. */
  readonly stored: readonly Uint8Array[];
}

/** The bytes of consecutive segments, compressed as one. */
export function encodeArchiveSection(segments: readonly Uint8Array[], compression: Compression): Uint8Array {
  assert(segments.length > 0, 'a section has a segment');
  const content = new ByteWriter(sumOf(segments.map(({ length }) => length)));
  for (const segment of segments) content.raw(segment);
  const writer = new ByteWriter(content.length + sectionOverheadBytes);
  writeSection(writer, content.written(), compression);
  return writer.written();
}

export function sealArchive(index: ArchiveIndex, stored: readonly Uint8Array[], digest: Digest): SealedArchive {
  const { databaseId, firstSlot, sections } = index;
  assert(firstSlot >= 1, 'slots start at 1');
  assert(sections.length > 0 && sections.length === stored.length, 'an archive has the sections of its index');
  const entries = sumOf(sections.map(({ length }) => length));
  const capacity = indexBytesUsual + segmentEntryBytes * (entries + sections.length);
  const writer = beginObject('archive', capacity + sumOf(stored.map(({ length }) => length)) + 2 * checksumBytes);
  writeId(writer, databaseId);
  writer.varint(firstSlot);
  writer.varint(sections.length);
  for (const segments of sections) writeEntries(writer, segments);
  const indexBytes = endObject(writer, digest).length;
  for (const section of stored) writer.raw(section);
  return { bytes: endObject(writer, digest), indexBytes };
}

/** Proves the bytes and reads the index; the sections stay closed. */
export function openArchive(
  key: string,
  bytes: Uint8Array,
  digest: Digest,
  expected: ExpectedArchive = {},
): Decoded<OpenArchive> {
  return decoding(key, () => {
    const reader = openObject('archive', bytes, digest);
    checkContent(key, bytes, expected.hash, digest);
    const found = readIndex(reader, expected);
    const end = reader.take(checksumBytes, 'checksum of the index');
    checkChecksum(bytes, 0, end, digest);
    if (expected.indexBytes !== undefined && expected.indexBytes !== reader.offset) {
      const place = (at: number) => `an index up to byte ${at}`;
      throw new DamageSignal('identity', end, place(expected.indexBytes), place(reader.offset));
    }
    const indexBytes = reader.offset;
    const stored = found.index.sections.map(() => readStored(reader, bytes));
    reader.end();
    return { ...found, indexBytes, stored };
  });
}

/** From the first `indexBytes` bytes alone. */
export function decodeArchiveIndex(
  key: string,
  bytes: Uint8Array,
  digest: Digest,
  expected: ExpectedDatabase & Pick<ExpectedArchive, 'firstSlot' | 'lastSlot' | 'contentBytes'> = {},
): Decoded<ArchiveIndex> {
  return decoding(key, () => {
    const reader = openObject('archive', bytes, digest);
    const { index } = readIndex(reader, expected);
    reader.end();
    return index;
  });
}

/** The segments of a section, as they were in their slots: views into what it was decompressed to, or into the archive. */
export function openArchiveSection(
  key: string,
  { index, stored }: Pick<OpenArchive, 'index' | 'stored'>,
  section: number,
  compression: Compression,
): Decoded<readonly Uint8Array[]> {
  return decoding(key, () => {
    const reader = new ByteReader(stored[section]!);
    const content = readSection(reader, `section ${section}`, compression);
    reader.end();
    const segments = index.sections[section]!;
    const size = sumOf(segments.map(({ bytes }) => bytes));
    if (content.left !== size) {
      throw outOfBounds(0, `size of section ${section}`, `${size} bytes`, `${content.left}`);
    }
    return segments.map(({ bytes }) => content.raw(bytes, 'segment'));
  });
}

function writeEntries(writer: ByteWriter, segments: readonly ArchivedSegment[]): void {
  assert(segments.length > 0, 'a section has a segment');
  writer.varint(segments.length);
  for (const { isFence, bytes } of segments) {
    assert(bytes > 0, 'a segment has bytes');
    writeFlag(writer, isFence);
    writer.varint(bytes);
  }
}

function readIndex(reader: ByteReader, expected: ExpectedArchive): { index: ArchiveIndex; lastSlot: number } {
  const start = reader.offset;
  const databaseId = readId(reader, 'database id');
  checkDatabaseId(databaseId, expected.databaseId, start);
  const slotOffset = reader.offset;
  const firstSlot = reader.varint('first slot', 1);
  checkSlot(firstSlot, expected.firstSlot, slotOffset);
  const count = reader.count('sections', 3, 1);
  const sections: ArchivedSegment[][] = [];
  let slots = 0;
  let contentBytes = 0;
  for (let index = 0; index < count; index++) {
    const segments = readEntries(reader);
    slots += segments.length;
    contentBytes += sumOf(segments.map(({ bytes }) => bytes));
    sections.push(segments);
  }
  const lastSlot = firstSlot + slots - 1;
  checkSlot(lastSlot, expected.lastSlot, slotOffset);
  if (!Number.isSafeInteger(lastSlot) || !Number.isSafeInteger(contentBytes)) {
    throw outOfBounds(slotOffset, 'slots', `at most ${Number.MAX_SAFE_INTEGER}`, 'more');
  }
  if (expected.contentBytes !== undefined && expected.contentBytes !== contentBytes) {
    throw new DamageSignal('identity', slotOffset, `${expected.contentBytes} bytes of segments`, `${contentBytes}`);
  }
  return { index: { databaseId, firstSlot, sections }, lastSlot };
}

function readEntries(reader: ByteReader): ArchivedSegment[] {
  const count = reader.count('segments', 2, 1);
  const segments: ArchivedSegment[] = [];
  for (let index = 0; index < count; index++) {
    segments.push({ isFence: readFlag(reader, 'fence'), bytes: reader.varint('bytes of a segment', 1) });
  }
  return segments;
}

/** Codec, size, stored size and as many bytes. */
function readStored(reader: ByteReader, bytes: Uint8Array): Uint8Array {
  const start = reader.offset;
  reader.u8('codec of a section');
  reader.varint('size of a section');
  reader.bytes('section');
  return bytes.subarray(start, reader.offset);
}

function sumOf(numbers: readonly number[]): number {
  let sum = 0;
  for (const number of numbers) sum += number;
  return sum;
}
