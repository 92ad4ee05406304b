import type * as original from '../../src/core/lease/leader-lease.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/lease/leader-lease.ts';

export const mutant: Mutant = {
  name: 'suspension-ignored',
  replaces: 'src/core/lease/leader-lease.ts',
  breaks: 'linearizability',
  description: 'Does not notice that its machine was suspended, and its monotonic clock stood still.',
};

export const leaseHeld: typeof original.leaseHeld = (lease, at) =>
  at.monotonicMs - lease.sentAt.monotonicMs < lease.leaseMs;
