import type { Digest } from '../../ports/digest.ts';
import { assert } from '../assert.ts';
import { equalBytes, hexOf } from '../types/bytes.ts';
import type { SegmentHeader } from '../types/log.ts';
import { checkChecksum } from './checksum.ts';
import { DamageSignal, decoding } from './damage.ts';
import type { Decoded } from './damage.ts';
import { beginObject, checkMagic, checkVersion, checksumBytes, endObject, envelopeStartBytes } from './envelope.ts';
import type { DecodedFrame } from './frame.ts';
import { readFrame } from './frame.ts';
import { hashBytes, idBytes, readHash, readId, segmentHash, writeHash, writeId } from './hashes.ts';
import { checkDatabaseId, checkSlot } from './identity.ts';
import type { ExpectedDatabase } from './identity.ts';
import { slotOfKey } from './keys.ts';
import { ByteReader, outOfBounds } from './reader.ts';

/**
 * A segment is a header and the frames as they are. The header says how many bytes of frames follow, so that a segment cut at a
 * frame's border is seen to be cut; the frames inside follow one another without a gap, by sequence and by hash.
 *
 *   0  4  magic "T4sg"
 *   4  2  format version
 *   6 16  database id
 *  22  8  slot
 *  30  8  epoch
 *  38 16  nonce
 *  54  1  kind: 1 fence, 2 data
 *  55 32  previous segment's hash
 *  87  8  durable slot
 *  95  8  bytes of frames
 * 103  4  CRC-32 of the header so far
 * 107     frames
 */
export const segmentHeaderBytes =
  envelopeStartBytes + idBytes + 8 + 8 + idBytes + 1 + hashBytes + 8 + 8 + checksumBytes;

const databaseIdOffset = envelopeStartBytes;
const slotOffset = databaseIdOffset + idBytes;
const kindTags = { fence: 1, data: 2 } as const;

/** `frames` hold views into the bytes decoded. `hash` is what the next segment names. */
export interface DecodedSegment {
  readonly header: SegmentHeader;
  readonly frames: readonly DecodedFrame[];
  readonly hash: Uint8Array;
}

/** What is undefined is not checked, except the slot: that is taken from the key when the key is a slot's. */
export interface ExpectedSegment extends ExpectedDatabase {
  readonly slot?: number | undefined;
}

/** `frames` are encoded frames in order, each naming the one before it. */
export function encodeSegment(header: SegmentHeader, frames: readonly Uint8Array[], digest: Digest): Uint8Array {
  assert(frames.length > 0, 'a segment has a frame');
  assert(header.slot > 0, 'slots start at 1');
  assert(header.durableSlot < header.slot, 'a segment vouches only for slots before its own');
  let framesBytes = 0;
  for (const frame of frames) framesBytes += frame.length;
  const writer = beginObject('segment', segmentHeaderBytes + framesBytes);
  writeId(writer, header.databaseId);
  writer.u64(header.slot);
  writer.u64(header.epoch);
  writeId(writer, header.nonce);
  writer.u8(kindTags[header.kind]);
  writeHash(writer, header.previousSegmentHash);
  writer.u64(header.durableSlot);
  writer.u64(framesBytes);
  endObject(writer, digest);
  assert(writer.length === segmentHeaderBytes, 'a segment header has its fixed length');
  for (const frame of frames) writer.raw(frame);
  return writer.written();
}

export function decodeSegment(
  key: string,
  bytes: Uint8Array,
  digest: Digest,
  expected: ExpectedSegment = {},
): Decoded<DecodedSegment> {
  return decoding(key, () => {
    const { header, framesBytes } = readHeader(bytes, digest);
    checkSlot(header.slot, expected.slot ?? slotOfKey(key), slotOffset);
    checkDatabaseId(header.databaseId, expected.databaseId, databaseIdOffset);
    checkLength(bytes, framesBytes);
    const frames = readFrames(bytes, digest);
    return { header, frames, hash: segmentHash(bytes, digest) };
  });
}

/** For those who fetch the first `segmentHeaderBytes` alone, to see whose segment a slot holds. */
export function decodeSegmentHeader(
  key: string,
  bytes: Uint8Array,
  digest: Digest,
  expected: ExpectedSegment = {},
): Decoded<SegmentHeader> {
  return decoding(key, () => {
    const { header } = readHeader(bytes, digest);
    checkSlot(header.slot, expected.slot ?? slotOfKey(key), slotOffset);
    checkDatabaseId(header.databaseId, expected.databaseId, databaseIdOffset);
    return header;
  });
}

function readHeader(bytes: Uint8Array, digest: Digest): { header: SegmentHeader; framesBytes: number } {
  checkMagic('segment', bytes, 0);
  if (bytes.length < segmentHeaderBytes) {
    throw new DamageSignal('truncated', bytes.length, 'a whole segment header', `${bytes.length} bytes of it`);
  }
  checkChecksum(bytes, 0, segmentHeaderBytes - checksumBytes, digest);
  checkVersion('segment', bytes, 0);
  const reader = new ByteReader(bytes, envelopeStartBytes, segmentHeaderBytes - checksumBytes);
  const databaseId = readId(reader, 'database id');
  const slot = reader.u64('slot');
  if (slot === 0) throw outOfBounds(slotOffset, 'slot', '1 or more', '0');
  const epoch = reader.u64('epoch');
  const nonce = readId(reader, 'nonce');
  const kind = readKind(reader);
  const previousSegmentHash = readHash(reader, 'previous segment hash');
  const durableSlotOffset = reader.offset;
  const durableSlot = reader.u64('durable slot');
  if (durableSlot >= slot) throw outOfBounds(durableSlotOffset, 'durable slot', `below ${slot}`, String(durableSlot));
  const framesBytes = reader.u64('bytes of frames');
  return { header: { databaseId, slot, epoch, nonce, kind, previousSegmentHash, durableSlot }, framesBytes };
}

function readKind(reader: ByteReader): SegmentHeader['kind'] {
  const offset = reader.offset;
  const tag = reader.u8('kind');
  if (tag === kindTags.fence) return 'fence';
  if (tag === kindTags.data) return 'data';
  throw outOfBounds(offset, 'kind', '1 or 2', String(tag));
}

function checkLength(bytes: Uint8Array, framesBytes: number): void {
  const expected = segmentHeaderBytes + framesBytes;
  if (bytes.length === expected) return;
  const reason = bytes.length < expected ? 'truncated' : 'trailing';
  const offset = bytes.length < expected ? bytes.length : expected;
  throw new DamageSignal(reason, offset, `${expected} bytes`, `${bytes.length} bytes`);
}

function readFrames(bytes: Uint8Array, digest: Digest): readonly DecodedFrame[] {
  const frames: DecodedFrame[] = [];
  let offset = segmentHeaderBytes;
  do {
    const decoded = readFrame(bytes, offset, digest);
    const previous = frames.at(-1);
    if (previous !== undefined) checkFollows(previous, decoded, offset);
    frames.push(decoded);
    offset += decoded.bytes.length;
  } while (offset < bytes.length);
  return frames;
}

function checkFollows(previous: DecodedFrame, decoded: DecodedFrame, offset: number): void {
  const sequence = previous.frame.firstSequence + previous.frame.records.length;
  if (decoded.frame.firstSequence !== sequence) {
    throw outOfBounds(offset, 'first sequence', String(sequence), String(decoded.frame.firstSequence));
  }
  if (equalBytes(decoded.frame.previousFrameHash, previous.hash)) return;
  throw outOfBounds(offset, 'previous frame hash', hexOf(previous.hash), hexOf(decoded.frame.previousFrameHash));
}
