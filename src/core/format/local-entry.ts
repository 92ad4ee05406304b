import type { Digest } from '../../ports/digest.ts';
import type { LocalOperation } from '../../ports/local-store.ts';
import { checkChecksum } from './checksum.ts';
import { DamageSignal } from './damage.ts';
import { checksumBytes } from './envelope.ts';
import { ByteReader } from './reader.ts';
import type { ByteWriter } from './writer.ts';

/** What entries of the local store have in common: a tag in front of the key, and a checksum that binds the content to it. */

export interface LocalRange {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
}

export function rangeOf(tag: number): LocalRange {
  return { from: new Uint8Array([tag]), to: new Uint8Array([tag + 1]) };
}

/** The least key after `key`: where a scan goes on. */
export function localKeyAfter(key: Uint8Array): Uint8Array {
  const after = new Uint8Array(key.length + 1);
  after.set(key);
  return after;
}

/** Seals what was written from `start` on: an entry's key, then its content. */
export function sealedPut(writer: ByteWriter, start: number, keyBytes: number, digest: Digest): LocalOperation {
  const written = writer.written(start);
  const key = written.subarray(0, keyBytes);
  writer.u32(checksumOf(key, written.subarray(keyBytes), digest));
  return { kind: 'put', key, value: writer.written(start + keyBytes) };
}

function checksumOf(key: Uint8Array, content: Uint8Array, digest: Digest): number {
  return (digest.crc32(content) ^ digest.crc32(key)) >>> 0;
}

export function openEntry(key: Uint8Array, stored: Uint8Array, digest: Digest): ByteReader {
  const end = stored.length - checksumBytes;
  if (end < 0) throw new DamageSignal('truncated', stored.length, 'a checksum', `${stored.length} bytes`);
  checkChecksum(stored, 0, end, digest, digest.crc32(key));
  return new ByteReader(stored, 0, end);
}

export function checkKey(key: Uint8Array, tag: number, length: number, what: string): void {
  if (key[0] === tag && key.length === length) return;
  throw new DamageSignal('kind', 0, `the key of ${what}`, nameOfLocalKey(key));
}

/** What an entry is called where damage is named. */
export function nameOfLocalKey(key: Uint8Array): string {
  let text = 'local store entry 0x';
  for (const byte of key) text += byte.toString(16).padStart(2, '0');
  return text;
}
