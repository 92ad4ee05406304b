import type * as original from '../../src/core/archive/settled-slot.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/archive/settled-slot.ts';

export const mutant: Mutant = {
  name: 'archive-above-checkpoint',
  replaces: 'src/core/archive/settled-slot.ts',
  breaks: 'collection',
  description: 'Archives slots above the newest checkpoint, where a recovery begins to read the log.',
};

export const settledSlot: typeof original.settledSlot = (checkpoints) => {
  const newest = checkpoints.at(-1);
  return newest === undefined ? 0 : newest.slot + 1;
};
