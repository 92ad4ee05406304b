import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';

test('doubles from 25 ms up to a second, and stays there', () => {
  expect([0, 1, 2, 3, 4, 5].map((attempt) => backoffMs(attempt))).toEqual([25, 50, 100, 200, 400, 800]);
  expect(backoffMs(6)).toBe(1_000);
  expect(backoffMs(1_000_000)).toBe(1_000);
});
