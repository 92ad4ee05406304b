import { assert } from '../assert.ts';
import type { LogPosition } from '../types/log.ts';
import { readHash, writeHash } from './hashes.ts';
import type { ByteReader } from './reader.ts';
import { outOfBounds } from './reader.ts';
import type { ByteWriter } from './writer.ts';

/** A place in the chain, as checkpoints and the local store hold it. */

export function writePosition(writer: ByteWriter, position: LogPosition): void {
  assert(position.compactRevision <= position.revision, 'nothing beyond the revision is compacted');
  writer.varint(position.slot);
  writeHash(writer, position.segmentHash);
  writeHash(writer, position.frameHash);
  writer.varint(position.epoch);
  writer.varint(position.sequence);
  writer.varint(position.revision);
  writer.varint(position.compactRevision);
}

export function readPosition(reader: ByteReader): LogPosition {
  const slot = reader.varint('slot');
  const segmentHash = readHash(reader, 'segment hash');
  const frameHash = readHash(reader, 'frame hash');
  const epoch = reader.varint('epoch');
  const sequence = reader.varint('sequence');
  const revision = reader.varint('revision');
  const offset = reader.offset;
  const compactRevision = reader.varint('compact revision');
  if (compactRevision > revision) {
    throw outOfBounds(offset, 'compact revision', `at most ${revision}`, String(compactRevision));
  }
  return { slot, segmentHash, frameHash, epoch, sequence, revision, compactRevision };
}
