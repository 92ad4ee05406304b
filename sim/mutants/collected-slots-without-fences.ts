import type * as original from '../../src/core/collect/stays-for-ever.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/collect/stays-for-ever.ts';

export const mutant: Mutant = {
  name: 'collected-slots-without-fences',
  replaces: 'src/core/collect/stays-for-ever.ts',
  breaks: 'collection',
  description: 'Collects fencing segments, and the slots that a sleeper may still fill.',
};

export const staysForEver: typeof original.staysForEver = () => false;
