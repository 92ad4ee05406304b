import { homeBytesMax } from '../limits.ts';
import type { Pin } from '../types/log.ts';
import { readOptionalCheckpoint, writeOptionalCheckpoint } from './checkpoint-reference.ts';
import { idBytes, readId, writeId } from './hashes.ts';
import type { ByteReader } from './reader.ts';
import { readSlots, writeSlots } from './slots.ts';
import type { ByteWriter } from './writer.ts';

/** What somebody else needs of a database, in its manifest. */

export const pinBytesMin = idBytes + 5;

export function writePin(writer: ByteWriter, pin: Pin): void {
  writeId(writer, pin.id);
  writer.text(pin.name, homeBytesMax);
  writer.varint(pin.createdWallMs);
  writeOptionalCheckpoint(writer, pin.checkpoint);
  writeSlots(writer, pin);
}

export function readPin(reader: ByteReader): Pin {
  const id = readId(reader, 'id of a pin');
  const name = reader.text('name of a pin', homeBytesMax);
  const createdWallMs = reader.varint('time of a pin');
  const checkpoint = readOptionalCheckpoint(reader);
  return { id, name, createdWallMs, checkpoint, ...readSlots(reader) };
}
