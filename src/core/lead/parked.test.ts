import { expect, test } from 'vitest';
import { createParkedRequests, type AskedRequest } from './parked.ts';

const asked = (id: number, deadlineMs: number): AskedRequest => ({
  id,
  request: { kind: 'lease-leases' },
  caller: undefined,
  deadlineMs,
});

test('a parked request is taken once', () => {
  const parked = createParkedRequests(10);
  expect(parked.park(asked(1, 100))).toBe(true);
  expect(parked.take(1)).toBe(true);
  expect(parked.take(1)).toBe(false);
  expect(parked.take(2)).toBe(false);
});

test('no more than so many', () => {
  const parked = createParkedRequests(2);
  expect([1, 2, 3].map((id) => parked.park(asked(id, 100)))).toEqual([true, true, false]);
  parked.take(1);
  expect(parked.park(asked(3, 100))).toBe(true);
  expect(parked.count()).toBe(2);
});

test('all are taken in the order in which they came', () => {
  const parked = createParkedRequests(10);
  for (const id of [3, 1, 2]) parked.park(asked(id, 100));
  expect(parked.takeAll().map(({ id }) => id)).toEqual([3, 1, 2]);
  expect(parked.takeAll()).toEqual([]);
});

test('those whose time is over are told once', () => {
  const parked = createParkedRequests(10);
  parked.park(asked(1, 300));
  parked.park(asked(2, 100));
  parked.park(asked(3, 200));
  expect(parked.expired(99)).toEqual([]);
  expect(parked.expired(200)).toEqual([2, 3]);
  expect(parked.expired(200)).toEqual([]);
  expect(parked.take(2)).toBe(false);
  expect(parked.take(1)).toBe(true);
});
