import type { Digest } from '../../ports/digest.ts';
import { assert } from '../assert.ts';
import { noLease } from '../types/bytes.ts';
import type { ByteString } from '../types/bytes.ts';
import type { Chunk } from '../types/log.ts';
import { isTombstone } from '../types/version.ts';
import type { Version } from '../types/version.ts';
import { decoding } from './damage.ts';
import type { Decoded } from './damage.ts';
import { beginObject, checksumBytes, endObject, envelopeStartBytes, openObject } from './envelope.ts';
import { checkContent } from './identity.ts';
import type { ExpectedContent } from './identity.ts';
import type { ByteReader } from './reader.ts';
import { outOfBounds } from './reader.ts';
import { assertLives, readLease } from './record.ts';
import type { ByteWriter } from './writer.ts';

/**
 * The bytes of a chunk, inside the common envelope: a compression byte (0, none, is the only one so far), then versions in
 * strictly ascending order of key, revision and sub. Each key is the number of bytes it shares with the one before it and the
 * rest. The same versions have the same bytes, so that an unchanged chunk keeps its name.
 */
const compressionNone = 0;
const versionTags = { tombstone: 0, put: 1, putWithLease: 2 } as const;
const versionBytesMin = 5;
const versionOverheadBytes = 64;

export function encodeChunk(chunk: Chunk, digest: Digest): Uint8Array {
  const { versions } = chunk;
  assert(versions.length > 0, 'a chunk has a version');
  const writer = beginObject('chunk', capacityOf(versions));
  writer.u8(compressionNone);
  writer.varint(versions.length);
  let previous: Version | undefined;
  for (const version of versions) {
    assert(previous === undefined || ascends(previous, version), 'versions of a chunk ascend');
    writeVersion(writer, version, previous?.key ?? '');
    previous = version;
  }
  return endObject(writer, digest);
}

/** The values are views into `bytes`. */
export function decodeChunk(
  key: string,
  bytes: Uint8Array,
  digest: Digest,
  expected: ExpectedContent = {},
): Decoded<Chunk> {
  return decoding(key, () => {
    const reader = openObject('chunk', bytes, digest);
    checkContent(key, bytes, expected.hash, digest);
    const start = reader.offset;
    const compression = reader.u8('compression');
    if (compression !== compressionNone) throw outOfBounds(start, 'compression', '0 (none)', String(compression));
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
    return { versions };
  });
}

function capacityOf(versions: readonly Version[]): number {
  let bytes = envelopeStartBytes + versionOverheadBytes + checksumBytes;
  for (const version of versions) bytes += versionOverheadBytes + version.key.length + version.valueBytes;
  return bytes;
}

function ascends(previous: Version, next: Version): boolean {
  if (previous.key !== next.key) return previous.key < next.key;
  if (previous.modRevision !== next.modRevision) return previous.modRevision < next.modRevision;
  return previous.sub < next.sub;
}

function writeVersion(writer: ByteWriter, version: Version, previousKey: ByteString): void {
  const { key, lease, value } = version;
  const shared = sharedLength(previousKey, key);
  writer.u8(tagOf(version));
  writer.varint(shared);
  writer.varint(key.length - shared);
  writer.rawByteString(key, shared);
  writer.varint(version.modRevision);
  writer.varint(version.sub);
  if (isTombstone(version)) {
    assert(lease === noLease && version.createRevision === 0 && version.valueBytes === 0, 'a tombstone is bare');
    return;
  }
  assert(value !== undefined && value.length === version.valueBytes, 'a version in a chunk has its value');
  assertLives(version);
  writer.varint(version.createRevision);
  writer.varint(version.version);
  if (lease !== noLease) writer.i64(lease);
  writer.bytes(value);
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
  const shared = reader.varint('shared bytes of the key', 0, previousKey.length);
  const rest = reader.byteString('rest of the key');
  if (rest !== '' && rest[0] === previousKey[shared]) {
    throw outOfBounds(start, 'shared bytes of the key', 'as many as there are', String(shared));
  }
  const key = previousKey.slice(0, shared) + rest;
  const modRevision = reader.varint('modification revision', 1);
  const sub = reader.varint('sub-revision');
  if (tag === versionTags.tombstone) {
    return { key, modRevision, sub, createRevision: 0, version: 0, lease: noLease, valueBytes: 0, value: noValue };
  }
  const createRevision = reader.varint('create revision', 1, modRevision);
  const version = reader.varint('version', 1);
  const lease = tag === versionTags.putWithLease ? readLease(reader) : noLease;
  const value = reader.bytes('value');
  return { key, modRevision, sub, createRevision, version, lease, valueBytes: value.length, value };
}

function sharedLength(left: ByteString, right: ByteString): number {
  const shorter = left.length < right.length ? left.length : right.length;
  let length = 0;
  while (length < shorter && left.charCodeAt(length) === right.charCodeAt(length)) length++;
  return length;
}
