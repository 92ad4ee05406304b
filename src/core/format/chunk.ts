import type { Compression } from '../../ports/compression.ts';
import type { Digest } from '../../ports/digest.ts';
import { assert } from '../assert.ts';
import { sectionBytesMax } from '../limits.ts';
import { noLease } from '../types/bytes.ts';
import type { ByteString } from '../types/bytes.ts';
import type { Chunk } from '../types/log.ts';
import { isTombstone } from '../types/version.ts';
import type { Version } from '../types/version.ts';
import { checkChecksum } from './checksum.ts';
import { DamageSignal, decoding } from './damage.ts';
import type { Decoded } from './damage.ts';
import { beginObject, checksumBytes, endObject, envelopeStartBytes, openObject } from './envelope.ts';
import { checkContent } from './identity.ts';
import type { ExpectedContent } from './identity.ts';
import type { ByteReader } from './reader.ts';
import { outOfBounds } from './reader.ts';
import { assertLives, readLease } from './record.ts';
import { readSection, sectionOverheadBytes, writeSection } from './section.ts';
import { readSharedKey, writeSharedKey } from './shared-key.ts';
import { ByteWriter } from './writer.ts';

/**
 * A chunk is two envelopes in one: its first `keysBytes` bytes are magic, version, a section with the versions without their values, and
 * the checksum of all that; the whole goes on with a section of the values, in the same order and nothing between them, and ends with
 * the checksum of everything. So a ranged read of the keys is checked as the whole is. Versions ascend strictly by key, revision and sub.
 */
const versionTags = { tombstone: 0, put: 1, putWithLease: 2 } as const;
const versionBytesMin = 5;
const versionOverheadBytes = 32;

export interface EncodedChunk {
  readonly bytes: Uint8Array;
  /** The first so many of the bytes hold every key. */
  readonly keysBytes: number;
}

/** What the reference says; undefined is not checked. */
export interface ExpectedChunk extends ExpectedContent, ExpectedKeys {
  readonly keysBytes?: number | undefined;
}

/** No hash vouches for a part of a chunk, so these tell whose keys they are. */
export interface ExpectedKeys {
  readonly firstKey?: ByteString | undefined;
  readonly versions?: number | undefined;
}

export function encodeChunk(chunk: Chunk, digest: Digest, compression: Compression): EncodedChunk {
  const keys = keysOf(chunk.versions);
  const values = valuesOf(chunk.versions);
  const capacity = envelopeStartBytes + keys.length + values.length + 2 * (sectionOverheadBytes + checksumBytes);
  const writer = beginObject('chunk', capacity);
  writeSection(writer, keys, compression);
  const keysBytes = endObject(writer, digest).length;
  writeSection(writer, values, compression);
  return { bytes: endObject(writer, digest), keysBytes };
}

/** The values are views: into `bytes`, or into what they were decompressed to. */
export function decodeChunk(
  key: string,
  bytes: Uint8Array,
  digest: Digest,
  compression: Compression,
  expected: ExpectedChunk = {},
): Decoded<Chunk> {
  return decoding(key, () => {
    const reader = openObject('chunk', bytes, digest);
    checkContent(key, bytes, expected.hash, digest);
    const keys = readSection(reader, 'keys', compression);
    const end = reader.take(checksumBytes, 'checksum of the keys');
    checkChecksum(bytes, 0, end, digest);
    const valuesOffset = reader.offset;
    if (expected.keysBytes !== undefined && expected.keysBytes !== valuesOffset) {
      throw new DamageSignal(
        'identity',
        end,
        `keys up to byte ${expected.keysBytes}`,
        `keys up to byte ${valuesOffset}`,
      );
    }
    const values = readSection(reader, 'values', compression);
    reader.end();
    const versions = readVersions(keys, expected);
    checkValuesSize(versions, values.left, valuesOffset);
    for (const version of versions) version.value ??= values.raw(version.valueBytes, 'value');
    return { versions };
  });
}

/** From the first `keysBytes` bytes alone. The value of a put is undefined unless it is empty. */
export function decodeChunkKeys(
  key: string,
  bytes: Uint8Array,
  digest: Digest,
  compression: Compression,
  expected: ExpectedKeys = {},
): Decoded<readonly Version[]> {
  return decoding(key, () => {
    const reader = openObject('chunk', bytes, digest);
    const keys = readSection(reader, 'keys', compression);
    reader.end();
    return readVersions(keys, expected);
  });
}

function keysOf(versions: readonly Version[]): Uint8Array {
  assert(versions.length > 0, 'a chunk has a version');
  let capacity = versionOverheadBytes;
  for (const { key } of versions) capacity += versionOverheadBytes + key.length;
  const writer = new ByteWriter(capacity);
  writer.varint(versions.length);
  let previous: Version | undefined;
  for (const version of versions) {
    assert(previous === undefined || ascends(previous, version), 'versions of a chunk ascend');
    writeVersion(writer, version, previous?.key ?? '');
    previous = version;
  }
  return writer.written();
}

function valuesOf(versions: readonly Version[]): Uint8Array {
  let capacity = 0;
  for (const { valueBytes } of versions) capacity += valueBytes;
  const writer = new ByteWriter(capacity);
  for (const { value, valueBytes } of versions) {
    assert(value !== undefined && value.length === valueBytes, 'a version in a chunk has its value');
    writer.raw(value);
  }
  return writer.written();
}

function readVersions(reader: ByteReader, expected: ExpectedKeys): readonly Version[] {
  const start = reader.offset;
  const count = reader.count('versions', versionBytesMin, 1);
  const versions: Version[] = [];
  let previous: Version | undefined;
  for (let index = 0; index < count; index++) {
    const offset = reader.offset;
    const version = readVersion(reader, previous?.key ?? '');
    if (previous !== undefined && !ascends(previous, version)) {
      throw outOfBounds(offset, 'order of versions', 'ascending', 'one not above the one before');
    }
    versions.push(version);
    previous = version;
  }
  reader.end();
  if (expected.versions !== undefined && expected.versions !== count) {
    throw new DamageSignal('identity', start, `${expected.versions} versions`, `${count} versions`);
  }
  if (expected.firstKey !== undefined && expected.firstKey !== versions[0]!.key) {
    throw new DamageSignal('identity', start, 'the first key that its reference names', 'another first key');
  }
  return versions;
}

function checkValuesSize(versions: readonly Version[], found: number, offset: number): void {
  let expected = 0;
  for (const { valueBytes } of versions) expected += valueBytes;
  if (expected === found) return;
  throw outOfBounds(offset, 'size of the values', `${expected}, as the keys say`, String(found));
}

function ascends(previous: Version, next: Version): boolean {
  if (previous.key !== next.key) return previous.key < next.key;
  if (previous.modRevision !== next.modRevision) return previous.modRevision < next.modRevision;
  return previous.sub < next.sub;
}

function writeVersion(writer: ByteWriter, version: Version, previousKey: ByteString): void {
  const { lease } = version;
  writer.u8(tagOf(version));
  writeSharedKey(writer, version.key, previousKey);
  writer.varint(version.modRevision);
  writer.varint(version.sub);
  if (isTombstone(version)) {
    assert(lease === noLease && version.createRevision === 0 && version.valueBytes === 0, 'a tombstone is bare');
    return;
  }
  assertLives(version);
  writer.varint(version.createRevision);
  writer.varint(version.version);
  if (lease !== noLease) writer.i64(lease);
  writer.varint(version.valueBytes);
}

function tagOf(version: Version): number {
  if (isTombstone(version)) return versionTags.tombstone;
  return version.lease === noLease ? versionTags.put : versionTags.putWithLease;
}

const noValue = new Uint8Array(0);

function readVersion(reader: ByteReader, previousKey: ByteString): Version {
  const start = reader.offset;
  const tag = reader.u8('version tag');
  if (tag > versionTags.putWithLease) throw outOfBounds(start, 'version tag', '0 to 2', String(tag));
  const key = readSharedKey(reader, previousKey);
  const modRevision = reader.varint('modification revision', 1);
  const sub = reader.varint('sub-revision');
  if (tag === versionTags.tombstone) {
    return { key, modRevision, sub, createRevision: 0, version: 0, lease: noLease, valueBytes: 0, value: noValue };
  }
  const createRevision = reader.varint('create revision', 1, modRevision);
  const version = reader.varint('version', 1);
  const lease = tag === versionTags.putWithLease ? readLease(reader) : noLease;
  const valueBytes = reader.varint('length of the value', 0, sectionBytesMax);
  const value = valueBytes === 0 ? noValue : undefined;
  return { key, modRevision, sub, createRevision, version, lease, valueBytes, value };
}
