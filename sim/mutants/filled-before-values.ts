import type { LocalOperation } from '../../src/ports/local-store.ts';
import { localValuePut } from '../../src/core/format/local-layout.ts';
import { localChunkDelete, localLoadingDelete } from '../../src/core/format/local-loading.ts';
import { writeLocal } from '../../src/core/recover/replay.ts';
import { until } from '../../src/core/task.ts';
import { isRetained } from '../../src/core/values/loading.ts';
import type * as original from '../../src/core/values/write-filled.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/values/write-filled.ts';

export const mutant: Mutant = {
  name: 'filled-before-values',
  replaces: 'src/core/values/write-filled.ts',
  breaks: 'checkpoints',
  description: 'Says that the values of a chunk are local at once, and writes them half a second later.',
};

const laterMs = 500;

export const writeFilled: typeof original.writeFilled = function* (core, { index, held, state, isLast }) {
  const marks: LocalOperation[] = [localChunkDelete(index), ...(isLast ? [localLoadingDelete()] : [])];
  yield* writeLocal(marks);
  yield* until(core.at.monotonicMs + laterMs);
  const retained = held.filter((version) => version.valueBytes > 0 && isRetained(state, version));
  yield* writeLocal(retained.map((version) => localValuePut(version, version.value!, core.digest)));
};
