import type { Instant } from '../../ports/clock.ts';

/** The two moments between which the store took a write of `control`. */
export interface RenewalTimes {
  readonly sentAt: Instant;
  readonly answeredAt: Instant;
}

/**
 * From when a lease on leadership counts (protocol, invariant 5): from just before the write that granted it was first sent. The store may have
 * taken it at once, and a candidate may have begun to wait then.
 */
export function leaseStart({ sentAt }: RenewalTimes): Instant {
  return sentAt;
}
