import type { ByteString } from '../../core/types/bytes.ts';

/** Keys between the wire and the core, by the engine's own latin1 conversion: many times faster than char by char. */
export function byteStringOf(bytes: Uint8Array): ByteString {
  const buffer = bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.toString('latin1');
}

export function bytesOf(text: ByteString): Uint8Array {
  return Buffer.from(text, 'latin1');
}

/** The core keeps values: a view would keep alive the whole piece of the connection's input that it is part of. */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}
