/**
 * A byte string: one char (0–255) for each byte, so that `<` is byte order, a `Map` can hold it and the engine stores one
 * byte a char. Never a decoded text: text at the edge is UTF-8 bytes here.
 */
export type ByteString = string;

/** Lease ids are int64 on the wire, negative ones included; 0 is "no lease". */
export type LeaseId = bigint;

export const noLease: LeaseId = 0n;

export function bytesOf(text: ByteString): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index);
  return bytes;
}

const charsPerCall = 8192;

export function byteStringOf(bytes: Uint8Array): ByteString {
  if (bytes.length <= charsPerCall) return charsOf(bytes);
  let text = '';
  for (let start = 0; start < bytes.length; start += charsPerCall) {
    text += charsOf(bytes.subarray(start, start + charsPerCall));
  }
  return text;
}

/** `apply` takes any list of numbers, and is several times as fast as spreading one. */
function charsOf(bytes: Uint8Array): ByteString {
  return String.fromCharCode.apply(undefined, bytes as unknown as number[]);
}

export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index++) if (left[index] !== right[index]) return false;
  return true;
}

/** Unsigned byte order: negative, zero or positive. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const shared = left.length < right.length ? left.length : right.length;
  for (let index = 0; index < shared; index++) {
    const difference = left[index]! - right[index]!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

export function hexOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

/** For people. Keys are clients' bytes: hexadecimal, unless they are plain. */
export function describeKey(key: ByteString): string {
  return /^[\x21-\x7e]+$/.test(key) ? `key "${key}"` : `key 0x${hexOf(bytesOf(key))}`;
}
