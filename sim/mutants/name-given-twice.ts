import type * as original from '../../src/core/branch/rival-of.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/branch/rival-of.ts';

export const mutant: Mutant = {
  name: 'name-given-twice',
  replaces: 'src/core/branch/rival-of.ts',
  breaks: 'branches',
  description: 'Does not look once more whether somebody made a branch of the same name at the same time.',
};

export const rivalOf: typeof original.rivalOf = () => undefined;
