import * as original from '../../src/core/format/keys.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/format/keys.ts';

export const mutant: Mutant = {
  name: 'home-used-twice',
  replaces: 'src/core/format/keys.ts',
  breaks: 'collection',
  description: 'A branch that is given the name of a deleted one gets its home too.',
};

export const homeOfBranch: typeof original.homeOfBranch = (name) => original.homeOfBranch(name, new Uint8Array(16));
