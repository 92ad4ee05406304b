import * as original from '../../src/core/archive/read-archive.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/archive/read-archive.ts';

export const mutant: Mutant = {
  name: 'archive-read-from-its-beginning',
  replaces: 'src/core/archive/read-archive.ts',
  breaks: 'liveness',
  description: 'Takes the first segments of an archive for those of any slot that is wanted of it.',
};

export const rowOf: typeof original.rowOf = (core, archive, slot) => {
  const row = original.rowOf(core, archive, archive.open.index.firstSlot);
  return typeof row === 'string' ? row : { ...row, firstSlot: slot };
};
