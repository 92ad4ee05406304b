import type * as original from '../../src/core/lease/leader-lease.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/lease/leader-lease.ts';

export const mutant: Mutant = {
  name: 'lease-by-wall-clock',
  replaces: 'src/core/lease/leader-lease.ts',
  breaks: 'linearizability',
  description: 'Counts its lease by the wall clock, which jumps.',
};

export const leaseHeld: typeof original.leaseHeld = (lease, at) => at.wallMs - lease.sentAt.wallMs < lease.leaseMs;
