import { assert } from '../assert.ts';
import type { ByteReader } from './reader.ts';
import type { ByteWriter } from './writer.ts';

/** A range of slots; the last may be one below the first: none. */

export interface Slots {
  readonly firstSlot: number;
  readonly lastSlot: number;
}

export function writeSlots(writer: ByteWriter, { firstSlot, lastSlot }: Slots): void {
  assert(firstSlot >= 1 && lastSlot >= firstSlot - 1, 'slots go from the first to the last');
  writer.varint(firstSlot);
  writer.varint(lastSlot);
}

export function readSlots(reader: ByteReader): Slots {
  const firstSlot = reader.varint('first slot', 1);
  return { firstSlot, lastSlot: reader.varint('last slot', firstSlot - 1) };
}
