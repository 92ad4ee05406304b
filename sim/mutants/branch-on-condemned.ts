import type * as original from '../../src/core/branch/may-pin.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/branch/may-pin.ts';

export const mutant: Mutant = {
  name: 'branch-on-condemned',
  replaces: 'src/core/branch/may-pin.ts',
  breaks: 'collection',
  description: 'Pins a checkpoint and slots without looking whether the manifest still keeps them.',
};

export const mayPin: typeof original.mayPin = () => true;
