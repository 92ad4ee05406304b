import type { Instant } from '../../ports/clock.ts';
import { leaderSuspensionMsMax } from '../limits.ts';

/**
 * The lease on leadership, seen by its holder: while it holds, no other node leads, so what this node holds is the newest state.
 * Writes do not depend on it (epoch and slots protect them); reads that do not ask the store do.
 *
 * - It counts from before the renewal was sent, never from its answer: the store may have taken it at any moment between.
 * - Only a renewal that is known to have succeeded counts; one with an unknown outcome is settled first.
 * - A suspended machine's monotonic clock stood still while others' ran: the wall clock betrays that. All suspensions since the renewal
 *   count together. A hypervisor that stops and restores both clocks cannot be noticed from inside.
 */
export interface LeaderLease {
  /** Time of the step that sent the last renewal that succeeded. */
  readonly sentAt: Instant;
  /** As written in that renewal. */
  readonly leaseMs: number;
}

export function leaseHeld(lease: LeaderLease, at: Instant): boolean {
  if (at.monotonicMs - lease.sentAt.monotonicMs >= lease.leaseMs) return false;
  return suspendedMs(lease.sentAt, at) <= leaderSuspensionMsMax;
}

/** How much further the wall clock moved than the monotonic one; negative when it was set back. */
export function suspendedMs(since: Instant, at: Instant): number {
  return at.wallMs - since.wallMs - (at.monotonicMs - since.monotonicMs);
}
