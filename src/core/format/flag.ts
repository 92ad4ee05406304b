import type { ByteReader } from './reader.ts';
import { outOfBounds } from './reader.ts';
import type { ByteWriter } from './writer.ts';

/** A byte, 0 or 1. */

export function writeFlag(writer: ByteWriter, flag: boolean): void {
  writer.u8(flag ? 1 : 0);
}

export function readFlag(reader: ByteReader, what: string): boolean {
  const offset = reader.offset;
  const tag = reader.u8(what);
  if (tag > 1) throw outOfBounds(offset, what, '0 or 1', String(tag));
  return tag === 1;
}
