import type { Digest } from '../../ports/digest.ts';
import { assert } from '../assert.ts';
import { objectNameBytesMax } from '../limits.ts';
import { noLease } from '../types/bytes.ts';
import type { Checkpoint, ChunkReference, LeaseGrantState } from '../types/log.ts';
import { decoding } from './damage.ts';
import type { Decoded } from './damage.ts';
import { beginObject, endObject, openObject } from './envelope.ts';
import { hashBytes, readHash, readId, writeHash, writeId } from './hashes.ts';
import { checkContent, checkDatabaseId, checkSlot } from './identity.ts';
import type { ExpectedContent, ExpectedDatabase } from './identity.ts';
import { slotOfCheckpointKey } from './keys.ts';
import { readPosition, writePosition } from './position.ts';
import type { ByteReader } from './reader.ts';
import { outOfBounds } from './reader.ts';
import { readLease } from './record.ts';

/** The bytes of a checkpoint, inside the common envelope: leases ascend by id, chunks by their first key. */

const leaseBytesMin = 9;
const chunkReferenceBytesMin = hashBytes + 4;
const fixedBytesUsual = 256;
const chunkReferenceBytesUsual = 192;
const leaseBytesUsual = 16;

export function encodeCheckpoint(checkpoint: Checkpoint, digest: Digest): Uint8Array {
  const { leases, chunks } = checkpoint;
  const capacity = fixedBytesUsual + leases.length * leaseBytesUsual + chunks.length * chunkReferenceBytesUsual;
  const writer = beginObject('checkpoint', capacity);
  writeId(writer, checkpoint.databaseId);
  writePosition(writer, checkpoint.position);
  writer.varint(checkpoint.wallMs);
  writer.varint(leases.length);
  leases.forEach(({ lease, ttlSeconds }, index) => {
    const previous = leases[index - 1];
    assert(lease !== noLease && (previous === undefined || previous.lease < lease), 'leases ascend by id');
    writer.i64(lease);
    writer.varint(ttlSeconds);
  });
  writer.varint(chunks.length);
  chunks.forEach((chunk, index) => {
    const previous = chunks[index - 1];
    assert(previous === undefined || previous.firstKey <= chunk.firstKey, 'chunks ascend by first key');
    assert(chunk.versions > 0, 'a chunk has a version');
    writer.text(chunk.key, objectNameBytesMax);
    writeHash(writer, chunk.hash);
    writer.varint(chunk.bytes);
    writer.byteString(chunk.firstKey);
    writer.varint(chunk.versions);
  });
  return endObject(writer, digest);
}

export function decodeCheckpoint(
  key: string,
  bytes: Uint8Array,
  digest: Digest,
  expected: ExpectedDatabase & ExpectedContent = {},
): Decoded<Checkpoint> {
  return decoding(key, () => {
    const reader = openObject('checkpoint', bytes, digest);
    checkContent(key, bytes, expected.hash, digest);
    const start = reader.offset;
    const databaseId = readId(reader, 'database id');
    checkDatabaseId(databaseId, expected.databaseId, start);
    const positionOffset = reader.offset;
    const position = readPosition(reader);
    checkSlot(position.slot, slotOfCheckpointKey(key), positionOffset);
    const wallMs = reader.varint('time');
    const leases = readLeases(reader);
    const chunks = readChunkReferences(reader);
    reader.end();
    return { databaseId, position, wallMs, leases, chunks };
  });
}

function readLeases(reader: ByteReader): readonly LeaseGrantState[] {
  const count = reader.count('leases', leaseBytesMin);
  const leases: LeaseGrantState[] = [];
  for (let index = 0; index < count; index++) {
    const start = reader.offset;
    const lease = readLease(reader);
    const previous = leases.at(-1);
    if (previous !== undefined && previous.lease >= lease) {
      throw outOfBounds(start, 'lease', `above ${previous.lease}`, String(lease));
    }
    leases.push({ lease, ttlSeconds: reader.varint('time to live') });
  }
  return leases;
}

function readChunkReferences(reader: ByteReader): readonly ChunkReference[] {
  const count = reader.count('chunks', chunkReferenceBytesMin);
  const chunks: ChunkReference[] = [];
  for (let index = 0; index < count; index++) {
    const start = reader.offset;
    const key = reader.text('chunk key', objectNameBytesMax);
    const hash = readHash(reader, 'chunk hash');
    const bytes = reader.varint('chunk bytes');
    const firstKey = reader.byteString('first key of a chunk');
    const versions = reader.varint('versions of a chunk', 1);
    const previous = chunks.at(-1);
    // One key's versions may fill more than a chunk.
    if (previous !== undefined && previous.firstKey > firstKey) {
      throw outOfBounds(start, 'first key of a chunk', 'not below the one before', 'a lower one');
    }
    chunks.push({ key, hash, bytes, firstKey, versions });
  }
  return chunks;
}
