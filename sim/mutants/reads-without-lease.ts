import type * as original from '../../src/core/lease/leader-lease.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/lease/leader-lease.ts';

export const mutant: Mutant = {
  name: 'reads-without-lease',
  replaces: 'src/core/lease/leader-lease.ts',
  breaks: 'linearizability',
  description: 'Serves reads after a pause without looking at its lease again.',
};

export const leaseHeld: typeof original.leaseHeld = () => true;
