import { decodeAlarm, decodeAuthChange, type DecodedAlarm, type DecodedAuthChange } from './auth.ts';
import { checkCrc, checkMagic, checkVersion, Cursor, FormatError, hexOfBytes } from './cursor.ts';
import { sha256 } from './digest.ts';

/** Segments, frames and records, read from docs/design/0004-format.md alone. Hashes, ids and nonces are hex; leases decimal. */

export type DecodedRecord =
  | DecodedWrite
  | { readonly kind: 'compact'; readonly revision: number }
  | { readonly kind: 'lease-grant'; readonly lease: string; readonly ttlSeconds: number }
  | DecodedRevoke
  | { readonly kind: 'fence'; readonly epoch: number; readonly memberId: string }
  | DecodedAuthRecord
  | ({ readonly kind: 'alarm'; readonly active: boolean } & DecodedAlarm);

export interface DecodedAuthRecord {
  readonly kind: 'auth';
  readonly authRevision: number;
  readonly changes: readonly DecodedAuthChange[];
}

export interface DecodedWrite {
  readonly kind: 'write';
  readonly revision: number;
  readonly operations: readonly DecodedOperation[];
}

export interface DecodedRevoke {
  readonly kind: 'lease-revoke';
  readonly lease: string;
  /** 0: no key was deleted. */
  readonly revision: number;
  readonly keys: readonly string[];
}

export type DecodedOperation =
  | {
      readonly kind: 'put';
      readonly key: string;
      readonly value: string;
      readonly lease: string;
      readonly createRevision: number;
      readonly version: number;
    }
  | { readonly kind: 'delete'; readonly key: string };

export interface DecodedFrame {
  readonly epoch: number;
  readonly firstSequence: number;
  readonly previousFrameHash: string;
  readonly wallMs: number;
  readonly records: readonly DecodedRecord[];
  readonly hash: string;
}

export interface DecodedSegmentHeader {
  readonly databaseId: string;
  readonly slot: number;
  readonly epoch: number;
  readonly nonce: string;
  readonly kind: 'fence' | 'data';
  readonly previousSegmentHash: string;
  readonly durableSlot: number;
  readonly framesBytes: number;
}

export interface DecodedSegment extends DecodedSegmentHeader {
  readonly frames: readonly DecodedFrame[];
  readonly hash: string;
}

const segmentHeaderBytes = 107;
const frameHeaderBytes = 14;
const frameBytesMax = 1024 * 1024 * 1024;

export function decodeSegmentHeader(bytes: Uint8Array): DecodedSegmentHeader {
  if (bytes.length < segmentHeaderBytes) throw new FormatError(`${bytes.length} bytes are no segment`);
  checkMagic('T4sg', bytes, 0);
  checkCrc(bytes, 0, segmentHeaderBytes - 4);
  checkVersion(bytes, 0);
  const cursor = new Cursor(bytes, 6, segmentHeaderBytes - 4);
  const databaseId = hexOfBytes(cursor.raw(16));
  const slot = cursor.u64();
  const epoch = cursor.u64();
  const nonce = hexOfBytes(cursor.raw(16));
  const kind = segmentKind(cursor.u8());
  const previousSegmentHash = hexOfBytes(cursor.raw(32));
  const durableSlot = cursor.u64();
  const framesBytes = cursor.u64();
  cursor.finish();
  if (slot < 1) throw new FormatError('slot 0');
  if (durableSlot >= slot) throw new FormatError(`slot ${slot} says that slot ${durableSlot} was durable`);
  return { databaseId, slot, epoch, nonce, kind, previousSegmentHash, durableSlot, framesBytes };
}

function segmentKind(tag: number): 'fence' | 'data' {
  if (tag === 1) return 'fence';
  if (tag === 2) return 'data';
  throw new FormatError(`a segment of kind ${tag}`);
}

export function decodeSegment(bytes: Uint8Array): DecodedSegment {
  const header = decodeSegmentHeader(bytes);
  if (bytes.length - segmentHeaderBytes !== header.framesBytes) {
    throw new FormatError(`${bytes.length - segmentHeaderBytes} bytes of frames, ${header.framesBytes} are due`);
  }
  const frames = decodeFrames(bytes, segmentHeaderBytes);
  if (frames.length === 0) throw new FormatError('a segment without a frame');
  checkFollow(frames);
  return { ...header, frames, hash: hexOfBytes(sha256(bytes)) };
}

const stored = new WeakMap<Uint8Array, DecodedSegment>();

/** For bytes that never change, as those that the store keeps: read once, for all who ask. */
export function decodeStoredSegment(bytes: Uint8Array): DecodedSegment {
  let segment = stored.get(bytes);
  if (segment === undefined) stored.set(bytes, (segment = decodeSegment(bytes)));
  return segment;
}

/** All frames from `start` to the end of the bytes. */
export function decodeFrames(bytes: Uint8Array, start: number): readonly DecodedFrame[] {
  const frames: DecodedFrame[] = [];
  for (let offset = start; offset < bytes.length;) {
    const end = frameEnd(bytes, offset);
    frames.push(decodeFrame(bytes.subarray(offset, end)));
    offset = end;
  }
  return frames;
}

/** Those of a local log file, up to where it is torn or damaged. */
export function decodeLocalLog(bytes: Uint8Array): readonly DecodedFrame[] {
  const frames: DecodedFrame[] = [];
  try {
    for (let offset = 0; offset < bytes.length;) {
      const end = frameEnd(bytes, offset);
      frames.push(decodeFrame(bytes.subarray(offset, end)));
      offset = end;
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
  return frames;
}

function checkFollow(frames: readonly DecodedFrame[]): void {
  for (let index = 1; index < frames.length; index++) {
    const before = frames[index - 1]!;
    const frame = frames[index]!;
    if (frame.firstSequence !== before.firstSequence + before.records.length) {
      throw new FormatError(
        `sequence ${frame.firstSequence} after ${before.firstSequence + before.records.length - 1}`,
      );
    }
    if (frame.previousFrameHash !== before.hash) throw new FormatError('a frame does not follow the one before it');
  }
}

function frameEnd(bytes: Uint8Array, offset: number): number {
  if (bytes.length - offset < frameHeaderBytes) throw new FormatError(`byte ${offset}: too few bytes for a frame`);
  checkMagic('T4fr', bytes, offset);
  checkCrc(bytes, offset, offset + frameHeaderBytes - 4);
  const bodyBytes = new DataView(bytes.buffer, bytes.byteOffset + offset + 6, 4).getUint32(0);
  const end = offset + frameHeaderBytes + bodyBytes + 4;
  if (end > bytes.length || end - offset > frameBytesMax) throw new FormatError(`byte ${offset}: a frame is cut off`);
  return end;
}

function decodeFrame(bytes: Uint8Array): DecodedFrame {
  checkCrc(bytes, 0, bytes.length - 4);
  checkVersion(bytes, 0);
  const cursor = new Cursor(bytes, frameHeaderBytes, bytes.length - 4);
  const epoch = cursor.varint();
  const firstSequence = cursor.varint();
  const previousFrameHash = hexOfBytes(cursor.raw(32));
  const wallMs = cursor.varint();
  const records = cursor.list(decodeRecord);
  cursor.finish();
  if (firstSequence < 1) throw new FormatError('sequence 0');
  if (records.length === 0) throw new FormatError('a frame without a record');
  return { epoch, firstSequence, previousFrameHash, wallMs, records, hash: hexOfBytes(sha256(bytes)) };
}

function decodeRecord(cursor: Cursor): DecodedRecord {
  const tag = cursor.u8();
  switch (tag) {
    case 1: {
      const revision = positive(cursor);
      const operations = cursor.list(decodeOperation);
      if (operations.length === 0) throw new FormatError(`revision ${revision} without an operation`);
      return { kind: 'write', revision, operations };
    }
    case 2:
      return { kind: 'compact', revision: cursor.varint() };
    case 3:
      return { kind: 'lease-grant', lease: cursor.lease(), ttlSeconds: cursor.varint() };
    case 4: {
      const lease = cursor.lease();
      const revision = cursor.varint();
      const keys = cursor.list((inner) => inner.byteString());
      if ((revision === 0) !== (keys.length === 0))
        throw new FormatError(`a revocation of ${keys.length} keys at ${revision}`);
      return { kind: 'lease-revoke', lease, revision, keys };
    }
    case 5:
      return { kind: 'fence', epoch: cursor.varint(), memberId: cursor.id64() };
    case 6: {
      const authRevision = positive(cursor);
      const changes = cursor.list(decodeAuthChange);
      if (changes.length === 0) throw new FormatError(`auth revision ${authRevision} without a change`);
      return { kind: 'auth', authRevision, changes };
    }
    case 7: {
      const alarm = decodeAlarm(cursor);
      return { kind: 'alarm', ...alarm, active: cursor.flag() };
    }
    default:
      throw new FormatError(`a record with tag ${tag}`);
  }
}

function decodeOperation(cursor: Cursor): DecodedOperation {
  const tag = cursor.u8();
  if (tag === 0) return { kind: 'delete', key: cursor.byteString() };
  if (tag > 2) throw new FormatError(`an operation with tag ${tag}`);
  const key = cursor.byteString();
  const createRevision = positive(cursor);
  const version = positive(cursor);
  const lease = tag === 2 ? cursor.lease() : '0';
  return { kind: 'put', key, value: cursor.byteString(), lease, createRevision, version };
}

function positive(cursor: Cursor): number {
  const value = cursor.varint();
  if (value < 1) throw new FormatError(`byte ${cursor.offset}: a number that has to be positive is 0`);
  return value;
}
