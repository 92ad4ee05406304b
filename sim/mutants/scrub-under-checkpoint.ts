import * as original from '../../src/core/compact/may-scrub.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/compact/may-scrub.ts';

export const mutant: Mutant = {
  name: 'scrub-under-checkpoint',
  replaces: 'src/core/compact/may-scrub.ts',
  breaks: 'checkpoints',
  description: 'Drops obsolete versions while a checkpoint reads the state.',
};

export const mayScrub: typeof original.mayScrub = (ground) => original.mayScrub({ ...ground, checkpointing: false });
