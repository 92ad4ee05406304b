import { call, type Task } from '../task.ts';
import type { Core } from '../core.ts';
import { decodeLoading, decodeLocalChunk, isLoadingRecord, localLoadingRange } from '../format/local-loading.ts';
import { equalBytes } from '../types/bytes.ts';
import type { KeyedChunk, LoadingRecord } from '../types/loading.ts';
import type { CheckpointReference, Manifest } from '../types/log.ts';
import { scanAll } from './scan-all.ts';

/** What the local store says of a checkpoint that was being made local. */
export interface HeldLoading {
  readonly record: LoadingRecord;
  /** Ascending. */
  readonly chunks: readonly KeyedChunk[];
}

/** Undefined: nothing is left to be loaded, or nothing was begun. A text says what is wrong. */
export function* readLoading(core: Core): Task<HeldLoading | string | undefined> {
  let record: LoadingRecord | undefined;
  const chunks: KeyedChunk[] = [];
  const problem = yield* scanAll(localLoadingRange, (entry) => {
    if (isLoadingRecord(entry)) {
      const decoded = decodeLoading(entry.value, core.digest);
      if (decoded.kind === 'damaged') return 'what it says of the checkpoint that was being loaded is damaged';
      record = decoded.value;
      return undefined;
    }
    const chunk = decodeLocalChunk(entry, core.digest);
    if (chunk.kind === 'damaged') return 'what it says of a chunk is damaged';
    chunks.push(chunk.value);
    return undefined;
  });
  if (problem !== undefined) return problem;
  if (record !== undefined) return { record, chunks };
  return chunks.length === 0 ? undefined : 'it has chunks of no checkpoint';
}

/** There is no position, but what was begun is what this recovery would begin. */
export function* mayGoOnLoading(core: Core, manifest: Manifest): Task<boolean> {
  const { from } = localLoadingRange;
  const to = new Uint8Array([...from, 0]);
  const result = yield* call({ kind: 'local-scan', from, to, limit: 1 });
  const entry = result.kind === 'local-scan' ? result.entries[0] : undefined;
  if (entry === undefined) return false;
  const record = decodeLoading(entry.value, core.digest);
  if (record.kind === 'damaged') return false;
  const { databaseId, checkpoint } = record.value;
  const next = manifest.checkpoints.at(-1) ?? manifest.base?.checkpoint;
  return equalBytes(databaseId, manifest.databaseId) && next !== undefined && isSame(checkpoint, next);
}

export function isSame(left: CheckpointReference, right: CheckpointReference): boolean {
  return left.key === right.key && equalBytes(left.hash, right.hash);
}
