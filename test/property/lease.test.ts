import fc from 'fast-check';
import { expect, it } from 'vitest';
import { leaderSuspensionMsMax } from '../../src/core/limits.ts';
import { leaseHeld } from '../../src/core/lease/leader-lease.ts';
import { createLeaseClock } from '../../src/core/lease/lease-clock.ts';
import { mayTakeOver, sightControl, takeOverAtMonotonicMs } from '../../src/core/lease/may-take-over.ts';

const id = fc.bigInt({ min: -6n, max: 6n });
const step = fc.oneof(
  fc.record({ kind: fc.constant('grant' as const), id, ttlSeconds: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ kind: fc.constant('renew' as const), id }),
  fc.record({ kind: fc.constant('forget' as const), id }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.double({ min: 0, max: 4_000, noNaN: true }) }),
  fc.record({ kind: fc.constant('restart' as const) }),
);

it('no lease expires before its time, and every lease does after it, whatever happened before', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const clock = createLeaseClock();
      const model = new Map<bigint, { ttlSeconds: number; sinceMs: number }>();
      let nowMs = 0;
      const over = (lease: { ttlSeconds: number; sinceMs: number }) => nowMs > lease.sinceMs + lease.ttlSeconds * 1_000;
      for (const one of steps) {
        if (one.kind === 'wait') nowMs += one.ms;
        if (one.kind === 'restart') {
          clock.restartAll(nowMs);
          for (const lease of model.values()) lease.sinceMs = nowMs;
        }
        if (one.kind === 'grant' && !model.has(one.id)) {
          clock.grant(one.id, one.ttlSeconds, nowMs);
          model.set(one.id, { ttlSeconds: one.ttlSeconds, sinceMs: nowMs });
        }
        if (one.kind === 'forget') {
          clock.forget(one.id);
          model.delete(one.id);
        }
        if (one.kind === 'renew') {
          const lease = model.get(one.id);
          const kind = lease === undefined ? 'unknown' : over(lease) ? 'expired' : 'renewed';
          expect(clock.renew(one.id, nowMs).kind).toBe(kind);
          if (kind === 'renewed') lease!.sinceMs = nowMs;
        }
        const end = (name: bigint) => model.get(name)!.sinceMs + model.get(name)!.ttlSeconds * 1_000;
        const order = [...model.keys()].sort((left, right) => end(left) - end(right) || Number(left - right));
        expect(clock.byExpiry()).toEqual(order);
        expect(clock.nextExpiryMs()).toBe(order.length === 0 ? undefined : end(order[0]!));
        const expired = order.filter((name) => over(model.get(name)!));
        expect(clock.expired(nowMs, 100)).toEqual(expired);
        expect(clock.expired(nowMs, 2)).toEqual(expired.slice(0, 2));
      }
    }),
    { numRuns: 500 },
  );
});

/** A machine's clocks as a function of real time: rates as far off as a time daemon may push them, and a pause that only its wall saw. */
interface Machine {
  readonly rate: number;
  readonly monotonicStartMs: number;
  readonly wallStartMs: number;
  readonly tickMs: number;
  readonly suspendedAtMs: number;
  readonly suspendedMs: number;
}

function clocksAt(machine: Machine, realMs: number) {
  const suspended = Math.min(Math.max(0, realMs - machine.suspendedAtMs), machine.suspendedMs);
  const tick = (ms: number) => Math.floor(ms / machine.tickMs) * machine.tickMs;
  return {
    monotonicMs: tick(machine.monotonicStartMs + (realMs - suspended) * machine.rate),
    wallMs: tick(machine.wallStartMs + realMs * machine.rate),
  };
}

const machine: fc.Arbitrary<Machine> = fc.record({
  rate: fc.oneof(fc.double({ min: 0.917, max: 1.083, noNaN: true }), fc.constantFrom(0.917, 1.083)),
  monotonicStartMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
  wallStartMs: fc.integer({ min: 0, max: 2e12 }),
  tickMs: fc.constantFrom(1, 4, 16),
  suspendedAtMs: fc.nat(20_000),
  suspendedMs: fc.oneof(fc.constantFrom(0, leaderSuspensionMsMax), fc.nat(100), fc.nat(20_000)),
});

it('nobody takes over while the holder believes in its lease, however clocks drift and machines sleep', () => {
  let believed = 0;
  fc.assert(
    fc.property(
      machine,
      machine,
      fc.oneof(fc.constant(500), fc.integer({ min: 500, max: 30_000 })),
      fc.nat(10_000),
      fc.oneof(fc.constant(0), fc.nat(2_000)),
      fc.array(fc.nat(3_000), { minLength: 1, maxLength: 60 }),
      (holder, candidate, leaseMs, sentRealMs, seenAfterMs, looks) => {
        const lease = { sentAt: clocksAt(holder, sentRealMs), leaseMs };
        const leader = { memberId: 1n, name: 'holder', nonce: new Uint8Array(16), clientUrls: [] };
        const control = { leader, released: false, heir: undefined, leaseMs };
        let realMs = sentRealMs + seenAfterMs;
        const sighting = sightControl(undefined, 'etag', clocksAt(candidate, realMs).monotonicMs);
        const dueMs = takeOverAtMonotonicMs(control, sighting, 2n) - sighting.sinceMonotonicMs;
        // The very moment at which it may take over, if it never sleeps, among other moments.
        const moments = [realMs + dueMs / candidate.rate];
        for (const wait of looks) moments.push((realMs += wait));
        for (const moment of moments) {
          const holds = leaseHeld(lease, clocksAt(holder, moment));
          const takes = mayTakeOver(control, sighting, clocksAt(candidate, moment).monotonicMs, 2n);
          if (holds) believed += 1;
          expect(holds && takes).toBe(false);
        }
        const longAfterMs = realMs + dueMs / candidate.rate + candidate.suspendedMs + 2 * candidate.tickMs;
        expect(mayTakeOver(control, sighting, clocksAt(candidate, longAfterMs).monotonicMs, 2n)).toBe(true);
      },
    ),
    { numRuns: 3_000 },
  );
  expect(believed).toBeGreaterThan(1_000);
});
