import type { Digest } from '../../ports/digest.ts';
import { DamageSignal } from './damage.ts';
import { ByteReader } from './reader.ts';

/**
 * The CRC-32 at `end` is that of the bytes from `start` up to it, exclusive-or `mixedIn`. The caller knows that four bytes are there.
 */
export function checkChecksum(bytes: Uint8Array, start: number, end: number, digest: Digest, mixedIn = 0): void {
  const stored = new ByteReader(bytes, end).u32('checksum');
  const computed = (digest.crc32(bytes.subarray(start, end)) ^ mixedIn) >>> 0;
  if (stored === computed) return;
  throw new DamageSignal('checksum', end, `CRC-32 ${hex32(computed)} of the bytes before it`, hex32(stored));
}

function hex32(value: number): string {
  return value.toString(16).padStart(8, '0');
}
