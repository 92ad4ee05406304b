import { createHash } from 'node:crypto';
import { setImmediate as othersFirst } from 'node:timers/promises';
import { compareBytes } from '../core/types/bytes.ts';
import type { FileSource } from './bbolt/source.ts';
import { SnapshotDamage } from './snapshot-damage.ts';

/**
 * A saved snapshot is the database, a whole number of pages, and the SHA-256 of it. A database that was copied has none: what its pages hold is
 * not vouched for.
 */
export const snapshotHashBytes = 32;
const sectorBytes = 512;

/** By its length alone, as etcd's own tools tell it. */
export function hasHash(source: FileSource): boolean {
  return source.bytes % sectorBytes === snapshotHashBytes;
}

/** Without the hash, if there is one. */
export function databaseIn(source: FileSource): FileSource {
  if (!hasHash(source)) return source;
  return { bytes: source.bytes - snapshotHashBytes, read: (offset, length) => source.read(offset, length) };
}

const pieceBytes = 1024 * 1024;

export async function checkHash(
  source: FileSource,
  progress: (bytes: number, of: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const end = source.bytes - snapshotHashBytes;
  const hash = createHash('sha256');
  for (let offset = 0; offset < end; offset += pieceBytes) {
    hash.update(source.read(offset, Math.min(pieceBytes, end - offset)));
    progress(offset, end);
    await othersFirst();
    signal.throwIfAborted();
  }
  const found = hash.digest();
  const expected = source.read(end, snapshotHashBytes);
  if (compareBytes(found, expected) === 0) return;
  throw new SnapshotDamage(
    `its SHA-256 is ${found.toString('hex')}, but it ends with ${Buffer.from(expected).toString('hex')}: it was damaged or cut off`,
  );
}
