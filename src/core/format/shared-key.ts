import type { ByteString } from '../types/bytes.ts';
import type { ByteReader } from './reader.ts';
import { outOfBounds } from './reader.ts';
import type { ByteWriter } from './writer.ts';

/** Keys in ascending lists: the number of bytes shared with the key before it, all that there are, and the rest. */

export const sharedKeyBytesMin = 2;

export function writeSharedKey(writer: ByteWriter, key: ByteString, previousKey: ByteString): void {
  const shared = sharedLength(previousKey, key);
  writer.varint(shared);
  writer.varint(key.length - shared);
  writer.rawByteString(key, shared);
}

export function readSharedKey(reader: ByteReader, previousKey: ByteString): ByteString {
  const start = reader.offset;
  const shared = reader.varint('shared bytes of the key', 0, previousKey.length);
  const rest = reader.byteString('rest of the key');
  if (rest !== '' && rest[0] === previousKey[shared]) {
    throw outOfBounds(start, 'shared bytes of the key', 'as many as there are', String(shared));
  }
  return previousKey.slice(0, shared) + rest;
}

function sharedLength(left: ByteString, right: ByteString): number {
  const shorter = left.length < right.length ? left.length : right.length;
  let length = 0;
  while (length < shorter && left.charCodeAt(length) === right.charCodeAt(length)) length++;
  return length;
}
