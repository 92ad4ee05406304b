import type { Lease } from '../state/lease-table.ts';
import type { LeaseClock } from './lease-clock.ts';

/**
 * A new reign starts every lease at its full time (protocol, invariant 9): how much of it had gone by, only the reign before knew, and a
 * renewal that it answered may be in nobody else's memory.
 */
export function startLeases(clock: LeaseClock, leases: Iterable<Lease>, nowMs: number): void {
  for (const lease of leases) clock.grant(lease.id, lease.ttlSeconds, nowMs);
}
