import type { RangeRequest } from '../../core/types/request.ts';
import type { KeyValue } from '../../host/database.ts';
import { rangeChunkBytesTarget } from '../limits.ts';

/** A range that is neither sorted nor filtered can be read in chunks, one key after the other. */
export function isInKeyOrder({ sortOrder, sortTarget }: RangeRequest): boolean {
  return sortTarget === 'key' && sortOrder !== 'descend';
}

export function isFiltered(request: RangeRequest): boolean {
  const bounds = [request.minModRevision, request.maxModRevision, request.minCreateRevision, request.maxCreateRevision];
  return bounds.some((bound) => bound !== 0);
}

/** Towards chunks of about the target's size; doubling and halving only when it is far off, so that it settles. */
export function nextChunkKeys(keys: number, kvs: readonly KeyValue[]): number {
  const bytes = bytesOf(kvs);
  if (bytes < rangeChunkBytesTarget / 2) return keys * 2;
  if (bytes > rangeChunkBytesTarget * 2) return Math.max(1, Math.floor(keys / 2));
  return keys;
}

function bytesOf(kvs: readonly KeyValue[]): number {
  return kvs.reduce((sum, kv) => sum + kv.key.length + kv.value.length, 0);
}
