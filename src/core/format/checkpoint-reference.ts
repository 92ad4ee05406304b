import type { CheckpointReference } from '../types/log.ts';
import { readFlag, writeFlag } from './flag.ts';
import { splitKey } from './keys.ts';
import type { ByteReader } from './reader.ts';
import { readHome, readReferenceBody, referenceBytesMin, writeHome, writeReferenceBody } from './reference.ts';
import type { ByteWriter } from './writer.ts';

/** A checkpoint as manifests name it. */

export const checkpointReferenceBytesMin = 1 + referenceBytesMin + 7;

export function writeCheckpointReference(writer: ByteWriter, reference: CheckpointReference): void {
  writeHome(writer, splitKey(reference.key).home);
  writer.varint(reference.slot);
  writeReferenceBody(writer, reference, 'checkpoint', reference.slot);
  writer.varint(reference.sequence);
  writer.varint(reference.revision);
  writer.varint(reference.epoch);
  writer.varint(reference.wallMs);
  writer.varint(reference.treeBytes);
  writer.varint(reference.historyBytes);
}

export function readCheckpointReference(reader: ByteReader): CheckpointReference {
  const home = readHome(reader, 'home of a checkpoint');
  const slot = reader.varint('slot of a checkpoint');
  return {
    ...readReferenceBody(reader, home, 'checkpoint', slot),
    slot,
    sequence: reader.varint('sequence of a checkpoint'),
    revision: reader.varint('revision of a checkpoint'),
    epoch: reader.varint('epoch of a checkpoint'),
    wallMs: reader.varint('time of a checkpoint'),
    treeBytes: reader.varint('size of a checkpoint'),
    historyBytes: reader.varint('history before a checkpoint'),
  };
}

export function writeOptionalCheckpoint(writer: ByteWriter, reference: CheckpointReference | undefined): void {
  writeFlag(writer, reference !== undefined);
  if (reference !== undefined) writeCheckpointReference(writer, reference);
}

export function readOptionalCheckpoint(reader: ByteReader): CheckpointReference | undefined {
  return readFlag(reader, 'checkpoint') ? readCheckpointReference(reader) : undefined;
}
