/**
 * A lease lives at least its time to live after its last renewal, never less. Times may have been cut to whole milliseconds on their way
 * here: strictly after, so that the lost fraction is never taken from the lease.
 */
export function isExpired(expiryMs: number, nowMs: number): boolean {
  return nowMs > expiryMs;
}

export function expiryAfter(nowMs: number, ttlSeconds: number): number {
  return nowMs + ttlSeconds * 1000;
}

/** Whole seconds left, cut off; 0 for a lease that is expired but not yet revoked. */
export function remainingSeconds(expiryMs: number, nowMs: number): number {
  return Math.max(0, Math.floor((expiryMs - nowMs) / 1000));
}
