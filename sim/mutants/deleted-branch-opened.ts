import type * as original from '../../src/core/branch/pinned.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/branch/pinned.ts';

export const mutant: Mutant = {
  name: 'deleted-branch-opened',
  replaces: 'src/core/branch/pinned.ts',
  breaks: 'branches',
  description: 'A node runs a branch without asking whether it was removed and whether its parent still pins it.',
};

// eslint-disable-next-line require-yield -- the original reads the parent
export const checkAlive: typeof original.checkAlive = function* () {
  return;
};
