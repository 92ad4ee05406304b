import type * as original from '../../src/core/lease/lease-start.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/lease/lease-start.ts';

export const mutant: Mutant = {
  name: 'lease-from-answer',
  replaces: 'src/core/lease/lease-start.ts',
  breaks: 'linearizability',
  description: 'Counts its lease from the answer of the renewal, not from before the request.',
};

export const leaseStart: typeof original.leaseStart = ({ answeredAt }) => answeredAt;
