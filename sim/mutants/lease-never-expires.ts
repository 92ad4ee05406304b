import type * as original from '../../src/core/lease/lease-expiry.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/lease/lease-expiry.ts';

export const mutant: Mutant = {
  name: 'lease-never-expires',
  replaces: 'src/core/lease/lease-expiry.ts',
  breaks: 'lease not late',
  description: 'A lease that nobody renews is never taken away.',
};

export const isExpired: typeof original.isExpired = () => false;
