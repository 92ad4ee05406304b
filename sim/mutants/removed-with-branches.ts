import type * as original from '../../src/core/branch/may-remove.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/branch/may-remove.ts';

export const mutant: Mutant = {
  name: 'removed-with-branches',
  replaces: 'src/core/branch/may-remove.ts',
  breaks: 'branches',
  description: 'Deletes a branch that has branches without being forced to.',
};

export const mayRemove: typeof original.mayRemove = () => true;
