import { describe, expect, it } from 'vitest';
import { leaderDriftMs, leaderSuspensionMsMax } from '../limits.ts';
import { leaseHeld } from './leader-lease.ts';
import { mayTakeOver, sightControl, takeOverAtMonotonicMs } from './may-take-over.ts';

const wallMs = 1_700_000_000_000;
const lease = { sentAt: { monotonicMs: 1_000, wallMs }, leaseMs: 3_000 };
const leader = { memberId: 5n, name: 'five', nonce: new Uint8Array(16), clientUrls: [] };

function held(monotonicMs: number, wallAheadMs = 0): boolean {
  return leaseHeld(lease, { monotonicMs, wallMs: wallMs + monotonicMs - 1_000 + wallAheadMs });
}

describe('the holder', () => {
  it('counts from the sending of the renewal', () => {
    expect(held(1_000)).toBe(true);
    expect(held(3_999.9)).toBe(true);
    expect(held(4_000)).toBe(false);
  });

  it('takes a wall clock that ran ahead for a suspension', () => {
    expect(held(1_001, leaderSuspensionMsMax)).toBe(true);
    expect(held(1_001, leaderSuspensionMsMax + 1)).toBe(false);
    expect(held(1_001, 60_000)).toBe(false);
  });

  it('holds on when its wall clock is set back', () => {
    expect(held(1_001, -60_000)).toBe(true);
    expect(held(4_000, -60_000)).toBe(false);
  });
});

describe('a candidate', () => {
  const candidate = 7n;

  it('waits for a lease and the drift from the first sight of one version', () => {
    const control = { leader, released: false, heir: undefined, leaseMs: 3_000 };
    const first = sightControl(undefined, 'one', 10_000);
    const again = sightControl(first, 'one', 12_000);
    const due = 10_000 + 3_000 + leaderDriftMs(3_000);
    expect(takeOverAtMonotonicMs(control, again, candidate)).toBe(due);
    expect(mayTakeOver(control, again, due - 1, candidate)).toBe(false);
    expect(mayTakeOver(control, again, due, candidate)).toBe(true);
  });

  it('starts again with each new version', () => {
    const control = { leader, released: false, heir: undefined, leaseMs: 3_000 };
    const first = sightControl(undefined, 'one', 10_000);
    const renewed = sightControl(first, 'two', 13_000);
    expect(mayTakeOver(control, renewed, 14_000, candidate)).toBe(false);
    expect(takeOverAtMonotonicMs(control, renewed, candidate)).toBe(13_000 + 3_000 + leaderDriftMs(3_000));
    expect(sightControl(renewed, 'one', 14_000).sinceMonotonicMs).toBe(14_000);
  });

  it('goes at once when the lease was given back, or nobody ever led', () => {
    const sighting = sightControl(undefined, 'one', 10_000);
    expect(mayTakeOver({ leader, released: true, heir: undefined, leaseMs: 3_000 }, sighting, 10_000, candidate)).toBe(
      true,
    );
    expect(
      mayTakeOver({ leader: undefined, released: false, heir: undefined, leaseMs: 3_000 }, sighting, 10_000, candidate),
    ).toBe(true);
  });

  it('goes at once when the lease was left to it, and waits when to somebody else', () => {
    const sighting = sightControl(undefined, 'one', 10_000);
    const left = (heir: bigint) => ({ leader, released: true, heir, leaseMs: 3_000 });
    expect(mayTakeOver(left(7n), sighting, 10_000, candidate)).toBe(true);
    const due = 10_000 + 3_000 + leaderDriftMs(3_000);
    expect(mayTakeOver(left(8n), sighting, due - 1, candidate)).toBe(false);
    expect(mayTakeOver(left(8n), sighting, due, candidate)).toBe(true);
    expect(takeOverAtMonotonicMs(left(8n), sighting, candidate)).toBe(due);
  });
});
