import type { State } from '../state/state.ts';
import { comparePlaces, type KeyedChunk, type LoadingRecord } from '../types/loading.ts';
import type { Version } from '../types/version.ts';

/**
 * The chunks of a checkpoint of which the keys are local and the values are not, or were not when the reign began.
 *
 * Invariants:
 * - A retained version that has a value, and is in no unfilled chunk, has it in memory or in the local store.
 * - Chunks ascend, and their ranges do not overlap.
 */
export interface Loading {
  readonly record: LoadingRecord;
  readonly chunks: readonly LoadingChunk[];
  /** Chunks that are not filled yet. */
  left: number;
}

export interface LoadingChunk extends KeyedChunk {
  /** The values of all that is retained are in the local store. */
  filled: boolean;
}

export function createLoading(record: LoadingRecord, chunks: readonly KeyedChunk[]): Loading {
  return { record, chunks: chunks.map((chunk) => ({ ...chunk, filled: false })), left: chunks.length };
}

/** The chunk that holds the version; undefined: it came after the checkpoint, or from a chunk that was filled before. */
export function chunkOfVersion({ record, chunks }: Loading, version: Version): LoadingChunk | undefined {
  if (version.modRevision > record.checkpoint.revision) return undefined;
  let low = 0;
  let high = chunks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (comparePlaces(chunks[middle]!.first, version) <= 0) low = middle + 1;
    else high = middle;
  }
  const chunk = chunks[low - 1];
  return chunk !== undefined && comparePlaces(version, chunk.last) <= 0 ? chunk : undefined;
}

/** No compaction has taken it away. */
export function isRetained(state: State, version: Version): boolean {
  const versions = state.index.versionsOf(version.key);
  let low = 0;
  let high = versions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (comparePlaces(versions[middle]!, version) < 0) low = middle + 1;
    else high = middle;
  }
  const found = versions[low];
  return found !== undefined && comparePlaces(found, version) === 0;
}
