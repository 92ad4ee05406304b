import type * as original from '../../src/core/lease/lease-expiry.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/lease/lease-expiry.ts';

export const mutant: Mutant = {
  name: 'lease-early',
  replaces: 'src/core/lease/lease-expiry.ts',
  breaks: 'lease never early',
  description: 'A lease expires a second before its time.',
};

export const isExpired: typeof original.isExpired = (expiryMs, nowMs) => nowMs > expiryMs - 1_000;
