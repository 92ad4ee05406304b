import type { Digest } from '../../ports/digest.ts';
import { assert } from '../assert.ts';
import { frameBytesMax } from '../limits.ts';
import type { Frame } from '../types/log.ts';
import type { LogRecord } from '../types/record.ts';
import { checkChecksum } from './checksum.ts';
import { DamageSignal, decoding } from './damage.ts';
import type { Decoded } from './damage.ts';
import { beginObject, checkMagic, checkVersion, checksumBytes, endObject, envelopeStartBytes } from './envelope.ts';
import { frameHash, hashBytes, readHash, writeHash } from './hashes.ts';
import { ByteReader } from './reader.ts';
import { readRecord, recordBytesMin, recordsBytesBound, writeRecord } from './record.ts';

/**
 * A frame is the same bytes on the local disk and in a segment. Its header has a checksum of its own, so that the length can be
 * trusted, and the place of the next frame is known, before the body is looked at.
 *
 *   0  4  magic "T4fr"
 *   4  2  format version
 *   6  4  bytes of the body
 *  10  4  CRC-32 of the bytes before it
 *  14     body: epoch, first sequence, previous frame's hash, wall milliseconds, number of records, records
 *   …  4  CRC-32 of everything before it
 */
export const frameHeaderBytes = envelopeStartBytes + 4 + checksumBytes;

const bodyLengthOffset = envelopeStartBytes;
const headerChecksumOffset = bodyLengthOffset + 4;
/** Epoch, sequence, time and count take at most eight bytes each. */
const bodyFixedBytesMax = 4 * 8 + hashBytes;

/** `bytes` and the values in `frame` are views into the bytes decoded. */
export interface DecodedFrame {
  readonly frame: Frame;
  readonly bytes: Uint8Array;
  readonly hash: Uint8Array;
}

export function encodeFrame(frame: Frame, digest: Digest): Uint8Array {
  const { records } = frame;
  assert(records.length > 0, 'a frame has a record');
  assert(frame.firstSequence > 0, 'sequences start at 1');
  const capacity = frameHeaderBytes + bodyFixedBytesMax + recordsBytesBound(records) + checksumBytes;
  const writer = beginObject('frame', capacity);
  writer.u32(0);
  writer.u32(0);
  writer.varint(frame.epoch);
  writer.varint(frame.firstSequence);
  writeHash(writer, frame.previousFrameHash);
  writer.varint(frame.wallMs);
  writer.varint(records.length);
  for (const record of records) writeRecord(writer, record);
  const bodyBytes = writer.length - frameHeaderBytes;
  assert(bodyBytes <= frameBytesMax - frameHeaderBytes - checksumBytes, 'a frame is longer than frameBytesMax');
  writer.setU32(bodyLengthOffset, bodyBytes);
  writer.setU32(headerChecksumOffset, digest.crc32(writer.written().subarray(0, headerChecksumOffset)));
  return endObject(writer, digest);
}

/** `bytes` are one frame, whole, and nothing else. */
export function decodeFrame(key: string, bytes: Uint8Array, digest: Digest): Decoded<DecodedFrame> {
  return decoding(key, () => {
    const decoded = readFrame(bytes, 0, digest);
    new ByteReader(bytes, decoded.bytes.length).end();
    return decoded;
  });
}

/** Reads the frame that begins at `offset`; signals damage. */
export function readFrame(bytes: Uint8Array, offset: number, digest: Digest): DecodedFrame {
  const end = readFrameEnd(bytes, offset, digest);
  if (end > bytes.length) {
    throw new DamageSignal(
      'truncated',
      bytes.length,
      `a frame of ${end - offset} bytes`,
      `${bytes.length - offset} bytes`,
    );
  }
  checkChecksum(bytes, offset, end - checksumBytes, digest);
  const reader = new ByteReader(bytes, offset + frameHeaderBytes, end - checksumBytes);
  const frame = readBody(reader);
  reader.end();
  const frameBytes = bytes.subarray(offset, end);
  return { frame, bytes: frameBytes, hash: frameHash(frameBytes, digest) };
}

/** Where the frame at `offset` ends by its own, proved header; possibly beyond the bytes at hand. */
export function readFrameEnd(bytes: Uint8Array, offset: number, digest: Digest): number {
  checkMagic('frame', bytes, offset);
  if (bytes.length - offset < frameHeaderBytes) {
    throw new DamageSignal('truncated', bytes.length, 'a whole frame header', `${bytes.length - offset} bytes of it`);
  }
  checkChecksum(bytes, offset, offset + headerChecksumOffset, digest);
  checkVersion('frame', bytes, offset);
  const bodyBytes = new ByteReader(bytes, offset + bodyLengthOffset).u32('length of the frame');
  const frameBytes = frameHeaderBytes + bodyBytes + checksumBytes;
  if (frameBytes > frameBytesMax) {
    throw new DamageSignal(
      'value',
      offset + bodyLengthOffset,
      `a frame of at most ${frameBytesMax} bytes`,
      `${frameBytes}`,
    );
  }
  return offset + frameBytes;
}

function readBody(reader: ByteReader): Frame {
  const epoch = reader.varint('epoch');
  const firstSequence = reader.varint('first sequence', 1);
  const previousFrameHash = readHash(reader, 'previous frame hash');
  const wallMs = reader.varint('wall time');
  const count = reader.count('records', recordBytesMin, 1);
  const records: LogRecord[] = [];
  for (let index = 0; index < count; index++) records.push(readRecord(reader));
  return { epoch, firstSequence, previousFrameHash, wallMs, records };
}
