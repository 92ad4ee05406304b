import type * as original from '../../src/core/branch/within-cut.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/branch/within-cut.ts';

export const mutant: Mutant = {
  name: 'branch-keeps-the-frame',
  replaces: 'src/core/branch/within-cut.ts',
  breaks: 'branches',
  description: 'Recovers a branch with all that its parent wrote into the slots which it shares, beyond the cut too.',
};

export const withinCut: typeof original.withinCut = (_sequence, found) => found;
