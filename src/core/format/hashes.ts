import type { Digest } from '../../ports/digest.ts';
import { assert } from '../assert.ts';
import type { ByteReader } from './reader.ts';
import type { ByteWriter } from './writer.ts';

/** Hashes chain segments and frames, and name chunks and checkpoints: always SHA-256 of an object's whole bytes. */

export const hashBytes = 32;
/** Of database ids and nonces. */
export const idBytes = 16;

/** What stands for the hash before the first. */
export const zeroHash: Uint8Array = new Uint8Array(hashBytes);

export function segmentHash(segmentBytes: Uint8Array, digest: Digest): Uint8Array {
  return digest.sha256(segmentBytes);
}

/** What the first frame of a database names as the hash before it. */
export function frameHashInitial(databaseId: Uint8Array, digest: Digest): Uint8Array {
  return digest.sha256(databaseId);
}

export function frameHash(frameBytes: Uint8Array, digest: Digest): Uint8Array {
  return digest.sha256(frameBytes);
}

export function contentHash(bytes: Uint8Array, digest: Digest): Uint8Array {
  return digest.sha256(bytes);
}

export function writeHash(writer: ByteWriter, hash: Uint8Array): void {
  assert(hash.length === hashBytes, 'a hash has 32 bytes');
  writer.raw(hash);
}

/** A copy: hashes outlive the object that they were read from. */
export function readHash(reader: ByteReader, what: string): Uint8Array {
  return reader.raw(hashBytes, what).slice();
}

export function writeId(writer: ByteWriter, id: Uint8Array): void {
  assert(id.length === idBytes, 'an id has 16 bytes');
  writer.raw(id);
}

/** A copy, as for hashes. */
export function readId(reader: ByteReader, what: string): Uint8Array {
  return reader.raw(idBytes, what).slice();
}
