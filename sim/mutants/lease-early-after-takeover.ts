import type * as original from '../../src/core/lease/start-leases.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/lease/start-leases.ts';

export const mutant: Mutant = {
  name: 'lease-early-after-takeover',
  replaces: 'src/core/lease/start-leases.ts',
  breaks: 'lease never early',
  description: 'A new leader takes a lease for half gone when it begins.',
};

export const startLeases: typeof original.startLeases = (clock, leases, nowMs) => {
  for (const lease of leases) clock.grant(lease.id, lease.ttlSeconds, nowMs - lease.ttlSeconds * 500);
};
