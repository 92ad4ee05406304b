import type { Digest } from '../../ports/digest.ts';
import { equalBytes, hexOf } from '../types/bytes.ts';
import { DamageSignal } from './damage.ts';
import { contentHash } from './hashes.ts';
import { hashOfKey } from './keys.ts';

/** Whole bytes may still be another object's: these checks tell whose they are. What is undefined is not checked. */

export interface ExpectedDatabase {
  /** Undefined: any database's. */
  readonly databaseId?: Uint8Array | undefined;
}

export interface ExpectedContent {
  /** The reference's; undefined: only the hash in the key, if it has one, is checked. */
  readonly hash?: Uint8Array | undefined;
}

export function checkDatabaseId(found: Uint8Array, expected: Uint8Array | undefined, offset: number): void {
  if (expected === undefined || equalBytes(found, expected)) return;
  throw new DamageSignal('identity', offset, `database ${hexOf(expected)}`, `database ${hexOf(found)}`);
}

export function checkSlot(found: number, expected: number | undefined, offset: number): void {
  if (expected === undefined || found === expected) return;
  throw new DamageSignal('identity', offset, `slot ${expected}`, `slot ${found}`);
}

/** A content-addressed object is what its key says, and what the reference to it says where there is one. */
export function checkContent(key: string, bytes: Uint8Array, reference: Uint8Array | undefined, digest: Digest): void {
  const named = hashOfKey(key);
  if (named === undefined && reference === undefined) return;
  const found = hexOf(contentHash(bytes, digest));
  for (const expected of [named, reference === undefined ? undefined : hexOf(reference)]) {
    if (expected === undefined || expected === found) continue;
    throw new DamageSignal('identity', 0, `content with SHA-256 ${expected}`, `SHA-256 ${found}`);
  }
}
