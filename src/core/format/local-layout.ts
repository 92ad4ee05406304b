import type { Digest } from '../../ports/digest.ts';
import type { LocalEntry, LocalOperation } from '../../ports/local-store.ts';
import { assert } from '../assert.ts';
import { noLease } from '../types/bytes.ts';
import type { LeaseId } from '../types/bytes.ts';
import type { LeaseGrantState, LogPosition } from '../types/log.ts';
import { isTombstone } from '../types/version.ts';
import type { Version } from '../types/version.ts';
import { DamageSignal, decoding } from './damage.ts';
import type { Decoded } from './damage.ts';
import { beginObject, endObject, openObject } from './envelope.ts';
import { readId, writeId } from './hashes.ts';
import { checkKey, nameOfLocalKey, openEntry, rangeOf, sealedPut, type LocalRange } from './local-entry.ts';
import { readPosition, writePosition } from './position.ts';
import { ByteReader, outOfBounds } from './reader.ts';
import { assertLives, readLease } from './record.ts';
import { ByteWriter } from './writer.ts';

/**
 * The local store's entries:
 *
 *   'm' revision (8) sub (4)  → what the index holds of a version: tag, key, create revision, version, lease, value's length
 *   'v' revision (8) sub (4)  → its value; no entry when the value is empty
 *   'l' lease (8)             → its time to live, in seconds
 *   'c' …                     → what of a checkpoint is still to come: local-loading.ts
 *   'p'                       → database id and place in the chain, in the common envelope: the version gate of all entries
 *
 * Numbers in keys are big-endian, so that versions come in the order in which they were made. Every entry but
 * 'p' and the first of 'c' ends with four bytes of checksum: the CRC-32 of its content exclusive-or that of its key, so that an entry under another's
 * key is damage too.
 */
const metaTag = 0x6d;
const valueTag = 0x76;
const leaseTag = 0x6c;
const positionTag = 0x70;

const versionTags = { tombstone: 0, put: 1, putWithLease: 2 } as const;
const versionKeyBytes = 13;
const leaseKeyBytes = 9;
/** Keys, tags, numbers and checksums of the two entries of a version. */
const entriesOverheadBytes = 96;
const leaseEntryBytesMax = 24;
const positionBytesMax = 256;
const noValue = new Uint8Array(0);

/** Names a version for ever. */
type VersionName = Pick<Version, 'modRevision' | 'sub'>;

export const localPositionKey: Uint8Array = new Uint8Array([positionTag]);
/** Entries for `decodeLocalVersion`, in the order in which the versions were made. */
export const localVersionRange: LocalRange = rangeOf(metaTag);
/** Entries for `decodeLocalLease`. */
export const localLeaseRange: LocalRange = rangeOf(leaseTag);

/** The operations share one buffer. */
export function localWritesOfVersion(version: Version, digest: Digest): readonly LocalOperation[] {
  const { value } = version;
  assert(value !== undefined && value.length === version.valueBytes, 'a version is written with its value');
  const writer = new ByteWriter(entriesOverheadBytes + version.key.length + value.length);
  writeVersionKey(writer, metaTag, version);
  writeMeta(writer, version);
  const meta = sealedPut(writer, 0, versionKeyBytes, digest);
  if (value.length === 0) return [meta];
  const start = writer.length;
  writeVersionKey(writer, valueTag, version);
  writer.raw(value);
  return [meta, sealedPut(writer, start, versionKeyBytes, digest)];
}

/** Without its value, which is to follow. */
export function localKeyOfVersionPut(version: Version, digest: Digest): LocalOperation {
  const writer = new ByteWriter(entriesOverheadBytes + version.key.length);
  writeVersionKey(writer, metaTag, version);
  writeMeta(writer, version);
  return sealedPut(writer, 0, versionKeyBytes, digest);
}

/** The value alone, of a version that is there already. */
export function localValuePut(version: VersionName, value: Uint8Array, digest: Digest): LocalOperation {
  assert(value.length > 0, 'an empty value has no entry');
  const writer = new ByteWriter(entriesOverheadBytes + value.length);
  writeVersionKey(writer, valueTag, version);
  writer.raw(value);
  return sealedPut(writer, 0, versionKeyBytes, digest);
}

export function localDeletesOfVersion(version: Version): readonly LocalOperation[] {
  const meta: LocalOperation = { kind: 'delete', key: versionKey(metaTag, version) };
  if (version.valueBytes === 0) return [meta];
  return [meta, { kind: 'delete', key: valueKeyOf(version) }];
}

/** The value is not in memory, unless it is empty. */
export function decodeLocalVersion(entry: LocalEntry, digest: Digest): Decoded<Version> {
  return decoding(nameOfLocalKey(entry.key), () => {
    const { modRevision, sub } = readVersionKey(entry.key);
    const reader = openEntry(entry.key, entry.value, digest);
    const start = reader.offset;
    const tag = reader.u8('tag');
    if (tag > versionTags.putWithLease) throw outOfBounds(start, 'tag', '0 to 2', String(tag));
    const key = reader.byteString('key');
    if (tag === versionTags.tombstone) {
      reader.end();
      return { key, modRevision, sub, createRevision: 0, version: 0, lease: noLease, valueBytes: 0, value: noValue };
    }
    const createRevision = reader.varint('create revision', 1, modRevision);
    const version = reader.varint('version', 1);
    const lease = tag === versionTags.putWithLease ? readLease(reader) : noLease;
    const valueBytes = reader.varint('length of the value');
    reader.end();
    const value = valueBytes === 0 ? noValue : undefined;
    return { key, modRevision, sub, createRevision, version, lease, valueBytes, value };
  });
}

/** Where the value of a version with `valueBytes > 0` lies; `decodeLocalValue` takes what is found there. */
export function valueKeyOf(version: VersionName): Uint8Array {
  return versionKey(valueTag, version);
}

/** `stored` is the entry under `valueKeyOf(version)`. The value is a view into it. */
export function decodeLocalValue(
  version: Version,
  stored: Uint8Array | undefined,
  digest: Digest,
): Decoded<Uint8Array> {
  const key = valueKeyOf(version);
  return decoding(nameOfLocalKey(key), () => {
    if (stored === undefined)
      throw new DamageSignal('truncated', 0, `a value of ${version.valueBytes} bytes`, 'no entry');
    const reader = openEntry(key, stored, digest);
    if (reader.left !== version.valueBytes) {
      throw outOfBounds(0, 'value', `${version.valueBytes} bytes`, `${reader.left} bytes`);
    }
    return reader.raw(version.valueBytes, 'value');
  });
}

export function localLeasePut(lease: LeaseId, ttlSeconds: number, digest: Digest): LocalOperation {
  assert(lease !== noLease, 'a lease has an id');
  const writer = new ByteWriter(leaseEntryBytesMax);
  writeLeaseKey(writer, lease);
  writer.varint(ttlSeconds);
  return sealedPut(writer, 0, leaseKeyBytes, digest);
}

export function localLeaseDelete(lease: LeaseId): LocalOperation {
  return { kind: 'delete', key: leaseKeyOf(lease) };
}

export function decodeLocalLease(entry: LocalEntry, digest: Digest): Decoded<LeaseGrantState> {
  return decoding(nameOfLocalKey(entry.key), () => {
    checkKey(entry.key, leaseTag, leaseKeyBytes, 'a lease');
    const lease = readLease(new ByteReader(entry.key, 1));
    const reader = openEntry(entry.key, entry.value, digest);
    const ttlSeconds = reader.varint('time to live');
    reader.end();
    return { lease, ttlSeconds };
  });
}

export interface LocalPosition {
  readonly databaseId: Uint8Array;
  readonly position: LogPosition;
}

/** Belongs in the same batch as the entries that bring the store to this place. */
export function localPositionPut(databaseId: Uint8Array, position: LogPosition, digest: Digest): LocalOperation {
  return { kind: 'put', key: localPositionKey, value: encodePosition({ databaseId, position }, digest) };
}

export function encodePosition(local: LocalPosition, digest: Digest): Uint8Array {
  const writer = beginObject('local-position', positionBytesMax);
  writeId(writer, local.databaseId);
  writePosition(writer, local.position);
  return endObject(writer, digest);
}

/** `stored` is the entry under `localPositionKey`. */
export function decodePosition(stored: Uint8Array, digest: Digest): Decoded<LocalPosition> {
  return decoding(nameOfLocalKey(localPositionKey), () => {
    const reader = openObject('local-position', stored, digest);
    const databaseId = readId(reader, 'database id');
    const position = readPosition(reader);
    reader.end();
    return { databaseId, position };
  });
}

function writeMeta(writer: ByteWriter, version: Version): void {
  if (isTombstone(version)) {
    writer.u8(versionTags.tombstone);
    writer.byteString(version.key);
    return;
  }
  assertLives(version);
  const leased = version.lease !== noLease;
  writer.u8(leased ? versionTags.putWithLease : versionTags.put);
  writer.byteString(version.key);
  writer.varint(version.createRevision);
  writer.varint(version.version);
  if (leased) writer.i64(version.lease);
  writer.varint(version.valueBytes);
}

function versionKey(tag: number, version: VersionName): Uint8Array {
  const writer = new ByteWriter(versionKeyBytes);
  writeVersionKey(writer, tag, version);
  return writer.written();
}

function writeVersionKey(writer: ByteWriter, tag: number, version: VersionName): void {
  writer.u8(tag);
  writer.u64(version.modRevision);
  writer.u32(version.sub);
}

function readVersionKey(key: Uint8Array): { modRevision: number; sub: number } {
  checkKey(key, metaTag, versionKeyBytes, 'a version');
  const reader = new ByteReader(key, 1);
  return { modRevision: reader.u64('revision'), sub: reader.u32('sub-revision') };
}

function leaseKeyOf(lease: LeaseId): Uint8Array {
  const writer = new ByteWriter(leaseKeyBytes);
  writeLeaseKey(writer, lease);
  return writer.written();
}

function writeLeaseKey(writer: ByteWriter, lease: LeaseId): void {
  writer.u8(leaseTag);
  writer.i64(lease);
}
