import type { LocalOperation } from '../../ports/local-store.ts';
import type { Core } from '../core.ts';
import { localValuePut } from '../format/local-layout.ts';
import { localChunkDelete, localLoadingDelete } from '../format/local-loading.ts';
import { writeLocal } from '../recover/replay.ts';
import type { State } from '../state/state.ts';
import type { Task } from '../task.ts';
import type { Version } from '../types/version.ts';
import { isRetained } from './loading.ts';

/** A chunk whose values have come. */
export interface FilledChunk {
  readonly index: number;
  readonly held: readonly Version[];
  readonly state: State;
  /** No other is still to be written. */
  readonly isLast: boolean;
}

/**
 * Brings a chunk's values into the local store. Its entry goes in the same batch, and the record with the last entry. What is no longer
 * retained is not written: a compaction has taken it away from the local store, or is about to.
 */
export function* writeFilled(core: Core, { index, held, state, isLast }: FilledChunk): Task<void> {
  const batch: LocalOperation[] = [];
  for (const version of held) {
    if (version.valueBytes === 0 || !isRetained(state, version)) continue;
    batch.push(localValuePut(version, version.value!, core.digest));
  }
  batch.push(localChunkDelete(index));
  if (isLast) batch.push(localLoadingDelete());
  yield* writeLocal(batch);
}
