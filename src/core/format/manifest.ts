import type { Digest } from '../../ports/digest.ts';
import { assert } from '../assert.ts';
import { checkpointReferencesMax, logInflightSegmentsMax, objectNameBytesMax } from '../limits.ts';
import type { CheckpointReference, Manifest } from '../types/log.ts';
import { decoding } from './damage.ts';
import type { Decoded } from './damage.ts';
import { beginObject, endObject, openObject } from './envelope.ts';
import { hashBytes, readHash, readId, writeHash, writeId } from './hashes.ts';
import { checkDatabaseId } from './identity.ts';
import type { ExpectedDatabase } from './identity.ts';
import type { ByteReader } from './reader.ts';
import { outOfBounds } from './reader.ts';
import type { ByteWriter } from './writer.ts';

/** The bytes of `manifest`, inside the common envelope. */

const referenceBytesMin = hashBytes + 7;
const referenceBytesUsual = 256;

export function encodeManifest(manifest: Manifest, digest: Digest): Uint8Array {
  const { checkpoints } = manifest;
  assert(manifest.logInflightMax >= 1, 'a log has room for a segment in flight');
  assert(manifest.logInflightMax <= logInflightSegmentsMax, 'logInflightMax is above logInflightSegmentsMax');
  assert(checkpoints.length <= checkpointReferencesMax, 'more checkpoints than checkpointReferencesMax');
  const writer = beginObject('manifest', referenceBytesUsual * (1 + checkpoints.length));
  writeId(writer, manifest.databaseId);
  writer.varint(manifest.epoch);
  writer.varint(manifest.generation);
  writer.varint(manifest.createdWallMs);
  writer.varint(manifest.logInflightMax);
  writer.varint(manifest.logFloor);
  writer.varint(checkpoints.length);
  checkpoints.forEach((reference, index) => {
    const previous = checkpoints[index - 1];
    assert(previous === undefined || previous.slot < reference.slot, 'checkpoints ascend by slot');
    writeReference(writer, reference);
  });
  return endObject(writer, digest);
}

export function decodeManifest(
  key: string,
  bytes: Uint8Array,
  digest: Digest,
  expected: ExpectedDatabase = {},
): Decoded<Manifest> {
  return decoding(key, () => {
    const reader = openObject('manifest', bytes, digest);
    const start = reader.offset;
    const databaseId = readId(reader, 'database id');
    checkDatabaseId(databaseId, expected.databaseId, start);
    const epoch = reader.varint('epoch');
    const generation = reader.varint('generation');
    const createdWallMs = reader.varint('time of creation');
    const logInflightMax = reader.varint('segments in flight', 1, logInflightSegmentsMax);
    const logFloor = reader.varint('log floor');
    const checkpoints = readReferences(reader);
    reader.end();
    return { databaseId, epoch, generation, createdWallMs, logInflightMax, logFloor, checkpoints };
  });
}

function writeReference(writer: ByteWriter, reference: CheckpointReference): void {
  writer.text(reference.key, objectNameBytesMax);
  writeHash(writer, reference.hash);
  writer.varint(reference.bytes);
  writer.varint(reference.slot);
  writer.varint(reference.sequence);
  writer.varint(reference.revision);
  writer.varint(reference.epoch);
  writer.varint(reference.wallMs);
}

function readReferences(reader: ByteReader): readonly CheckpointReference[] {
  const count = reader.count('checkpoints', referenceBytesMin, 0, checkpointReferencesMax);
  const references: CheckpointReference[] = [];
  for (let index = 0; index < count; index++) {
    const start = reader.offset;
    const reference = readReference(reader);
    const previous = references.at(-1);
    if (previous !== undefined && previous.slot >= reference.slot) {
      throw outOfBounds(start, 'slot of a checkpoint', `above ${previous.slot}`, String(reference.slot));
    }
    references.push(reference);
  }
  return references;
}

function readReference(reader: ByteReader): CheckpointReference {
  return {
    key: reader.text('checkpoint key', objectNameBytesMax),
    hash: readHash(reader, 'checkpoint hash'),
    bytes: reader.varint('checkpoint bytes'),
    slot: reader.varint('checkpoint slot'),
    sequence: reader.varint('checkpoint sequence'),
    revision: reader.varint('checkpoint revision'),
    epoch: reader.varint('checkpoint epoch'),
    wallMs: reader.varint('checkpoint time'),
  };
}
