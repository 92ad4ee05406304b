import { crc32 } from 'node:zlib';

/**
 * A value as it lies in LevelDB: the bytes, then the CRC-32 of key and bytes (little-endian).
 *
 * LevelDB keeps checksums of its own, but its binding for Node reads without verifying them: a flipped bit in a table
 * would be served as data. With this one it is not.
 */
const checksumBytes = 4;

export function sealValue(key: Uint8Array, value: Uint8Array): Uint8Array {
  const sealed = Buffer.allocUnsafe(value.length + checksumBytes);
  sealed.set(value);
  sealed.writeUInt32LE(checksumOf(key, value), value.length);
  return sealed;
}

/** The value, or undefined when it is not what was written under this key. */
export function unsealValue(key: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  const length = sealed.length - checksumBytes;
  if (length < 0) return undefined;
  const value = new Uint8Array(sealed.buffer, sealed.byteOffset, length);
  const written = new DataView(sealed.buffer, sealed.byteOffset + length, checksumBytes).getUint32(0, true);
  return written === checksumOf(key, value) ? value : undefined;
}

function checksumOf(key: Uint8Array, value: Uint8Array): number {
  return crc32(value, crc32(key));
}
