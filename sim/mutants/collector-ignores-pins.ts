import type * as original from '../../src/core/collect/roots.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/collect/roots.ts';

export const mutant: Mutant = {
  name: 'collector-ignores-pins',
  replaces: 'src/core/collect/roots.ts',
  breaks: 'collection',
  description: 'Takes what only branches need for unreachable.',
};

export const rootsOf: typeof original.rootsOf = ({ checkpoints }) => checkpoints;
