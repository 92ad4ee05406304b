import * as original from '../../src/core/checkpoint/load-checkpoint.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/checkpoint/load-checkpoint.ts';

export const mutant: Mutant = {
  name: 'recovery-passes-over-in-silence',
  replaces: 'src/core/checkpoint/load-checkpoint.ts',
  breaks: 'corruption',
  description: 'A recovery that had to pass over a damaged checkpoint raises no alarm.',
};

export const recoverFromCheckpoint: typeof original.recoverFromCheckpoint = (core, manifest) =>
  original.recoverFromCheckpoint(core, manifest, []);
