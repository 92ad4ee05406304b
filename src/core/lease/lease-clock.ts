import { assert } from '../assert.ts';
import type { LeaseId } from '../types/bytes.ts';
import { createExpiryQueue, type LeaseExpiry } from './expiry-queue.ts';
import { expiryAfter, isExpired, remainingSeconds } from './lease-expiry.ts';

/**
 * When each lease expires, by the leader's monotonic clock. Nothing of it is durable: a new reign starts every lease at its full time.
 *
 * Invariants:
 * - A lease is never reported expired before its whole time to live has passed since it was granted, renewed or restarted here.
 * - What is expired stays expired until it is forgotten: its revocation may already be on its way.
 */
export interface LeaseClock {
  /** Also for each lease found when a reign begins. The lease must not be known. */
  grant(id: LeaseId, ttlSeconds: number, nowMs: number): void;
  renew(id: LeaseId, nowMs: number): LeaseRenewal;
  /** Undefined: no such lease. */
  remaining(id: LeaseId, nowMs: number): LeaseRemaining | undefined;
  /** Revoked; unknown ids are ignored. */
  forget(id: LeaseId): void;
  /** Every lease, expired ones included, has its full time again: renewals could not be served. Not while a revocation is on its way. */
  restartAll(nowMs: number): void;
  /** Up to `max` expired leases, longest expired first. They stay known. */
  expired(nowMs: number, max: number): readonly LeaseId[];
  /** The soonest end of a lease; `expired` says so strictly after it. Undefined: no lease. */
  nextExpiryMs(): number | undefined;
  /** Every lease, soonest to expire first. */
  byExpiry(): readonly LeaseId[];
  count(): number;
}

/** `expired`: to be revoked, a renewal comes too late. Like `unknown` it is answered with a time to live of 0. */
export type LeaseRenewal =
  | { readonly kind: 'renewed'; readonly ttlSeconds: number }
  | { readonly kind: 'expired' }
  | { readonly kind: 'unknown' };

export interface LeaseRemaining {
  readonly seconds: number;
  readonly grantedSeconds: number;
}

export function createLeaseClock(): LeaseClock {
  const leases = new Map<LeaseId, LeaseExpiry>();
  const queue = createExpiryQueue();

  return {
    grant(id, ttlSeconds, nowMs) {
      assert(!leases.has(id), 'a lease is granted once');
      const lease: LeaseExpiry = { id, ttlSeconds, expiryMs: expiryAfter(nowMs, ttlSeconds), place: 0 };
      leases.set(id, lease);
      queue.add(lease);
    },
    renew(id, nowMs) {
      const lease = leases.get(id);
      if (lease === undefined) return { kind: 'unknown' };
      if (isExpired(lease.expiryMs, nowMs)) return { kind: 'expired' };
      lease.expiryMs = expiryAfter(nowMs, lease.ttlSeconds);
      queue.moved(lease);
      return { kind: 'renewed', ttlSeconds: lease.ttlSeconds };
    },
    remaining(id, nowMs) {
      const lease = leases.get(id);
      if (lease === undefined) return undefined;
      return { seconds: remainingSeconds(lease.expiryMs, nowMs), grantedSeconds: lease.ttlSeconds };
    },
    forget(id) {
      const lease = leases.get(id);
      if (lease === undefined) return;
      leases.delete(id);
      queue.remove(lease);
    },
    restartAll(nowMs) {
      for (const lease of leases.values()) {
        lease.expiryMs = expiryAfter(nowMs, lease.ttlSeconds);
        queue.moved(lease);
      }
    },
    expired: (nowMs, max) => queue.before((lease) => isExpired(lease.expiryMs, nowMs), max),
    nextExpiryMs: () => queue.first()?.expiryMs,
    byExpiry: () => queue.sorted(),
    count: () => leases.size,
  };
}
