import type { ByteString } from './bytes.ts';
import type { CheckpointReference, ChunkReference } from './log.ts';

/** A checkpoint that is being made local: its chunks' keys first, then their values. */
export interface LoadingRecord {
  /** Whose local store it is; the checkpoint may be an ancestor's. */
  readonly databaseId: Uint8Array;
  readonly checkpoint: CheckpointReference;
  /** All that the checkpoint has. */
  readonly chunks: number;
}

/** A chunk whose keys are local and whose values may not be. */
export interface KeyedChunk {
  /** Place among the checkpoint's chunks, from 0. */
  readonly index: number;
  readonly reference: ContentOfChunk;
  /** SHA-256 of the keys' bytes as they were read: the whole has to begin with them. */
  readonly keysHash: Uint8Array;
  readonly first: VersionPlace;
  readonly last: VersionPlace;
}

export type ContentOfChunk = Omit<ChunkReference, 'continues'>;

export interface VersionPlace {
  readonly key: ByteString;
  readonly modRevision: number;
  readonly sub: number;
}

/** In the order of chunks. */
export function comparePlaces(left: VersionPlace, right: VersionPlace): number {
  if (left.key !== right.key) return left.key < right.key ? -1 : 1;
  return left.modRevision - right.modRevision || left.sub - right.sub;
}
