import { assert } from '../assert.ts';
import { stretchesMax } from '../limits.ts';
import type { Base, CheckpointReference, Stretch } from '../types/log.ts';
import { readOptionalCheckpoint, writeOptionalCheckpoint } from './checkpoint-reference.ts';
import { readCut, writeCut } from './cut.ts';
import { idBytes, readId, writeId } from './hashes.ts';
import type { ByteReader } from './reader.ts';
import { outOfBounds } from './reader.ts';
import { readHome, writeHome } from './reference.ts';
import { readSlots, writeSlots } from './slots.ts';
import type { ByteWriter } from './writer.ts';

/** What a branch began as, in its manifest. Without a checkpoint the first stretch begins with its log's first slot. */

const stretchBytesMin = 1 + idBytes + 4;

export function writeBase(writer: ByteWriter, base: Base): void {
  const { stretches } = base;
  assert(stretches.length > 0, 'a base has a stretch');
  assert(stretches.length <= stretchesMax, 'more stretches than stretchesMax');
  assert(beginsWhole(base.checkpoint, stretches), 'without a checkpoint a base begins with the first slot');
  writeOptionalCheckpoint(writer, base.checkpoint);
  writer.varint(stretches.length);
  for (const stretch of stretches) {
    writeHome(writer, stretch.home);
    writeId(writer, stretch.databaseId);
    writeSlots(writer, stretch);
    writeCut(writer, stretch.cut);
    writer.varint(stretch.skippedRevision);
  }
}

export function readBase(reader: ByteReader): Base {
  const checkpoint = readOptionalCheckpoint(reader);
  const start = reader.offset;
  const count = reader.count('stretches', stretchBytesMin, 1, stretchesMax);
  const stretches: Stretch[] = [];
  for (let index = 0; index < count; index++) stretches.push(readStretch(reader));
  if (!beginsWhole(checkpoint, stretches)) {
    throw outOfBounds(start, 'first slot of a base without a checkpoint', '1', String(stretches[0]!.firstSlot));
  }
  return { checkpoint, stretches };
}

function readStretch(reader: ByteReader): Stretch {
  const home = readHome(reader, 'home of a stretch');
  const databaseId = readId(reader, 'database of a stretch');
  return {
    home,
    databaseId,
    ...readSlots(reader),
    cut: readCut(reader),
    skippedRevision: reader.varint('skipped revision'),
  };
}

function beginsWhole(checkpoint: CheckpointReference | undefined, stretches: readonly Stretch[]): boolean {
  return checkpoint !== undefined || stretches[0]!.firstSlot === 1;
}
