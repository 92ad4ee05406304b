import { localWritesOfVersion } from '../../src/core/format/local-layout.ts';
import { localChunkDelete, localLoadingDelete } from '../../src/core/format/local-loading.ts';
import { writeLocal } from '../../src/core/recover/replay.ts';
import type * as original from '../../src/core/values/write-filled.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/values/write-filled.ts';

export const mutant: Mutant = {
  name: 'filling-revives-scrubbed',
  replaces: 'src/core/values/write-filled.ts',
  breaks: 'checkpoints',
  description: 'Writes all that a chunk holds to the local store, with what was compacted away meanwhile.',
};

export const writeFilled: typeof original.writeFilled = function* (core, { index, held, isLast }) {
  const batch = held.flatMap((version) => localWritesOfVersion(version, core.digest));
  yield* writeLocal([...batch, localChunkDelete(index), ...(isLast ? [localLoadingDelete()] : [])]);
};
