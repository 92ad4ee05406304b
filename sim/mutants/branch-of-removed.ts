import type * as original from '../../src/core/branch/may-pin.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/branch/may-pin.ts';

export const mutant: Mutant = {
  name: 'branch-of-removed',
  replaces: 'src/core/branch/may-pin.ts',
  breaks: 'branches',
  description: 'Makes a branch of one that somebody is deleting.',
};

export const mayHaveBranches: typeof original.mayHaveBranches = () => true;
