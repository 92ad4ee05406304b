import { assert } from '../assert.ts';
import type { ByteString } from '../types/bytes.ts';
import type { Version } from '../types/version.ts';

/**
 * Where chunks end, decided by what is in them: the same keys have the same borders wherever the walk began, after a few
 * chunks at most, so that a change moves no border far away.
 *
 * Invariants:
 * - The chunks, one after the other, are the versions that were added.
 * - A chunk ends after the key whose hash says so: the chance is the key's bytes against the target. None is shorter than a quarter of the
 *   target, but the last one and one before a key that fills chunks alone. None is longer than four times the target and a
 *   quarter, but for a single version.
 * - All versions of a key are in one chunk. Those that are more than four times the target fill chunks of their own, cut from the oldest
 *   on; all of these but the first continue the one before.
 */
export interface Chunker {
  /** All versions of the next key, of which there is at least one; returns the chunks that are whole now. */
  add(versions: readonly Version[]): readonly ChunkContent[];
  /** Whether a chunk ends here: what comes next begins one. */
  atBorder(): boolean;
  /** Nothing follows: the last chunk, if something is left for it. */
  finish(): readonly ChunkContent[];
}

export interface ChunkContent {
  readonly versions: readonly Version[];
  readonly continues: boolean;
}

/** What a version takes beside its key and value, about. */
const versionOverheadBytes = 16;

export function createChunker(targetBytes: number): Chunker {
  assert(targetBytes >= 1, 'a chunk holds something');
  const bytesMin = targetBytes / 4;
  const bytesMax = targetBytes * 4;
  let pending: Version[] = [];
  let pendingBytes = 0;

  function close(): readonly ChunkContent[] {
    if (pending.length === 0) return [];
    const chunk = { versions: pending, continues: false };
    pending = [];
    pendingBytes = 0;
    return [chunk];
  }

  return {
    add(versions) {
      let bytes = 0;
      for (const version of versions) bytes += bytesInChunk(version);
      if (bytes > bytesMax) return [...close(), ...split(versions, bytesMax)];
      const before = pendingBytes >= bytesMin && pendingBytes + bytes > bytesMax ? close() : [];
      for (const version of versions) pending.push(version);
      pendingBytes += bytes;
      if (pendingBytes < bytesMin) return before;
      const ends = pendingBytes >= bytesMax || endsAfter(versions[0]!.key, bytes, targetBytes);
      return ends ? [...before, ...close()] : before;
    },
    atBorder: () => pending.length === 0,
    finish: close,
  };
}

/** What a version counts for in its chunk's length. */
export function bytesInChunk(version: Version): number {
  return version.key.length + version.valueBytes + versionOverheadBytes;
}

/** From the oldest on: what is added later moves no border. */
function split(versions: readonly Version[], bytesMax: number): readonly ChunkContent[] {
  const chunks: ChunkContent[] = [];
  let piece: Version[] = [];
  let bytes = 0;
  for (const version of versions) {
    const more = bytesInChunk(version);
    if (piece.length > 0 && bytes + more > bytesMax) {
      chunks.push({ versions: piece, continues: chunks.length > 0 });
      piece = [];
      bytes = 0;
    }
    piece.push(version);
    bytes += more;
  }
  chunks.push({ versions: piece, continues: chunks.length > 0 });
  return chunks;
}

const hashesTotal = 4_294_967_296;

function endsAfter(key: ByteString, bytes: number, targetBytes: number): boolean {
  return hashOfKey(key) * targetBytes < bytes * hashesTotal;
}

/** FNV-1a and murmur's last mixing: keys that differ in their last byte alone have hashes far apart. 32 bits, unsigned. */
function hashOfKey(key: ByteString): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
