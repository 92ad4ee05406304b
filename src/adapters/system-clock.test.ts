import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createSystemClock } from './system-clock.ts';

let monotonicNs = 0n;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 1_700_000_000_000 });
  monotonicNs = 5_000_000_000n;
  vi.spyOn(process.hrtime, 'bigint').mockImplementation(() => monotonicNs);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test('counts from its creation in fractions of a millisecond, wall time from 1970', () => {
  const clock = createSystemClock();
  expect(clock.now()).toEqual({ monotonicMs: 0, wallMs: 1_700_000_000_000 });
  monotonicNs += 1_250_000n;
  expect(clock.now().monotonicMs).toBe(1.25);
});

test('a timer of Node that rings early does not fire; it sleeps on until the time has come', () => {
  const fire = vi.fn();
  createSystemClock().schedule(100, fire);
  elapse(100, 99_400_000n);
  expect(fire).not.toHaveBeenCalled();
  elapse(1, 599_999n);
  expect(fire).not.toHaveBeenCalled();
  elapse(1, 1n);
  expect(fire).toHaveBeenCalledTimes(1);
  elapse(10_000, 10_000_000_000n);
  expect(fire).toHaveBeenCalledTimes(1);
});

test('a time further away than a timer can wait is neither now nor forgotten', () => {
  const fire = vi.fn();
  const dueMs = 2 ** 33 + 7;
  createSystemClock().schedule(dueMs, fire);
  const stepMs = 2 ** 31 - 1;
  for (let elapsed = stepMs; elapsed < dueMs; elapsed += stepMs) elapse(stepMs, BigInt(stepMs) * 1_000_000n);
  expect(fire).not.toHaveBeenCalled();
  elapse(stepMs, BigInt(stepMs) * 1_000_000n);
  expect(fire).toHaveBeenCalledTimes(1);
});

test('a time already past fires soon, but not inside the call', () => {
  const fire = vi.fn();
  createSystemClock().schedule(-10, fire);
  expect(fire).not.toHaveBeenCalled();
  elapse(1, 0n);
  expect(fire).toHaveBeenCalledTimes(1);
});

test('a cancelled timer never fires, also when cancelled between two sleeps', () => {
  const fire = vi.fn();
  const clock = createSystemClock();
  clock.schedule(100, fire)();
  const cancel = clock.schedule(100, fire);
  elapse(100, 50_000_000n);
  cancel();
  elapse(10_000, 10_000_000_000n);
  expect(fire).not.toHaveBeenCalled();
  cancel();
});

function elapse(timersMs: number, realNs: bigint): void {
  monotonicNs += realNs;
  vi.advanceTimersByTime(timersMs);
}
