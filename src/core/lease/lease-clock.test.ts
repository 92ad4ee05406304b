import { describe, expect, it } from 'vitest';
import { leaseExpiriesPerSecondMax } from '../limits.ts';
import { createLeaseClock } from './lease-clock.ts';
import { isExpired, remainingSeconds } from './lease-expiry.ts';

describe('expiry', () => {
  it('is strictly after the whole time to live', () => {
    expect(isExpired(5_000, 4_999.9)).toBe(false);
    expect(isExpired(5_000, 5_000)).toBe(false);
    expect(isExpired(5_000, 5_000.1)).toBe(true);
  });

  it('is told in whole seconds, cut off, never negative', () => {
    expect(remainingSeconds(5_000, 0)).toBe(5);
    expect(remainingSeconds(5_000, 1)).toBe(4);
    expect(remainingSeconds(5_000, 4_001)).toBe(0);
    expect(remainingSeconds(5_000, 9_000)).toBe(0);
  });
});

describe('a lease', () => {
  it('lives its time after the last renewal', () => {
    const clock = createLeaseClock();
    clock.grant(1n, 5, 1_000);
    expect(clock.nextExpiryMs()).toBe(6_000);
    expect(clock.renew(1n, 6_000)).toEqual({ kind: 'renewed', ttlSeconds: 5 });
    expect(clock.remaining(1n, 8_500)).toEqual({ seconds: 2, grantedSeconds: 5 });
    expect(clock.expired(11_000, 10)).toEqual([]);
    expect(clock.expired(11_001, 10)).toEqual([1n]);
  });

  it('that is expired stays so until it is forgotten: its revocation may be on its way', () => {
    const clock = createLeaseClock();
    clock.grant(1n, 5, 0);
    expect(clock.renew(1n, 5_001)).toEqual({ kind: 'expired' });
    expect(clock.remaining(1n, 5_001)).toEqual({ seconds: 0, grantedSeconds: 5 });
    expect(clock.expired(5_001, 10)).toEqual([1n]);
    expect(clock.expired(5_001, 10)).toEqual([1n]);
    clock.forget(1n);
    clock.forget(1n);
    expect(clock.expired(5_001, 10)).toEqual([]);
    expect(clock.count()).toBe(0);
  });

  it('that nobody granted is unknown', () => {
    const clock = createLeaseClock();
    expect(clock.renew(-4n, 0)).toEqual({ kind: 'unknown' });
    expect(clock.remaining(-4n, 0)).toBeUndefined();
    expect(clock.nextExpiryMs()).toBeUndefined();
  });

  it('has its full time again when renewals could not be served', () => {
    const clock = createLeaseClock();
    clock.grant(1n, 5, 0);
    clock.grant(2n, 2, 0);
    clock.restartAll(60_000);
    expect(clock.expired(62_000, 10)).toEqual([]);
    expect(clock.expired(62_001, 10)).toEqual([2n]);
    expect(clock.byExpiry()).toEqual([2n, 1n]);
  });

  it('takes part in lists by expiry, negative ids too', () => {
    const clock = createLeaseClock();
    clock.grant(7n, 30, 0);
    clock.grant(-3n, 10, 0);
    clock.grant(5n, 10, 0);
    expect(clock.byExpiry()).toEqual([-3n, 5n, 7n]);
    clock.renew(-3n, 5_000);
    expect(clock.byExpiry()).toEqual([5n, -3n, 7n]);
  });
});

it('a hundred thousand leases expire in portions, soonest first', () => {
  const clock = createLeaseClock();
  const leases = 100_000;
  for (let index = 0; index < leases; index++) clock.grant(BigInt(index), 2 + ((index * 7_919) % 1_000), 0);
  let last = 0n;
  while (clock.count() > 0) {
    const ids = clock.expired(2_000_000, leaseExpiriesPerSecondMax);
    expect(ids.length).toBe(leaseExpiriesPerSecondMax);
    const ttls = ids.map((id) => 2n + ((id * 7_919n) % 1_000n));
    expect(ttls.every((ttl, index) => ttl >= (ttls[index - 1] ?? last))).toBe(true);
    last = ttls.at(-1)!;
    ids.forEach((id) => clock.forget(id));
  }
});
