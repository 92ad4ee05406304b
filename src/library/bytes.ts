/** Keys and values as callers give them, and as the database takes them. Text is UTF-8. */
import { byteStringOf, bytesOf, type ByteString } from '../core/types/bytes.ts';

/** Text stands for its UTF-8 bytes. */
export type Bytes = string | Uint8Array;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Always fresh bytes: the caller may go on using its buffer. */
export function toBytes(value: Bytes): Uint8Array {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (typeof value !== 'string') throw new TypeError(`keys and values are text or bytes, not ${typeof value}`);
  if (/\p{Surrogate}/u.test(value)) throw new TypeError('text with half of a surrogate pair has no UTF-8 form');
  return encoder.encode(value);
}

export function toByteString(value: Bytes): ByteString {
  return byteStringOf(toBytes(value));
}

export function fromByteString(text: ByteString): Uint8Array {
  return bytesOf(text);
}

/** @throws TypeError when the bytes are not UTF-8: nothing is replaced silently. */
export function toText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new TypeError('these bytes are not UTF-8 text', { cause });
  }
}
