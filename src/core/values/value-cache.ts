import type { Version } from '../types/version.ts';

/**
 * Values in memory, bounded: the oldest that the local store holds are dropped first. A value that no local store holds yet is
 * never dropped, so a version without a value can always be read from there.
 */
export interface ValueCache {
  /** These versions' values are in the local store now: they may be dropped from memory when room is needed. */
  persisted(versions: readonly Version[]): void;
  /** Bytes of values in memory that may be dropped. */
  bytes(): number;
}

/** What a value costs besides its own bytes: the array object and its buffer. */
const overheadBytes = 128;

const compactAfterDropped = 4_096;

export function createValueCache(bytesMax: number): ValueCache {
  let queue: Version[] = [];
  let head = 0;
  let bytes = 0;

  function dropOldest(): void {
    const version = queue[head]!;
    head += 1;
    bytes -= version.valueBytes + overheadBytes;
    version.value = undefined;
    if (head < compactAfterDropped || head * 2 < queue.length) return;
    queue = queue.slice(head);
    head = 0;
  }

  return {
    persisted(versions) {
      for (const version of versions) {
        // Empty ones take no room, and the local store has no entry to read them from: tombstones are among them.
        if (version.valueBytes === 0 || version.value === undefined) continue;
        queue.push(version);
        bytes += version.valueBytes + overheadBytes;
      }
      while (bytes > bytesMax) dropOldest();
    },
    bytes: () => bytes,
  };
}
