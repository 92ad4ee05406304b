import { expect, test } from 'vitest';
import { median, pairedRatios, percentile, roundOrder } from './statistics.ts';

test('median: the middle value, or between the two middle ones, in numeric order', () => {
  expect(median([5])).toBe(5);
  expect(median([10, 9, 100])).toBe(10);
  expect(median([100, 2, 4, 1])).toBe(3);
  expect(() => median([])).toThrow(RangeError);
});

test('median leaves its input in place', () => {
  const values = [3, 1, 2];
  median(values);
  expect(values).toEqual([3, 1, 2]);
});

test('percentile: a value that occurred, by nearest rank', () => {
  const hundred = Float64Array.from({ length: 100 }, (_, index) => index + 1);
  expect(percentile(hundred, 50)).toBe(50);
  expect(percentile(hundred, 99)).toBe(99);
  expect(percentile(hundred, 100)).toBe(100);
  expect(percentile(hundred, 0)).toBe(1);
  expect(percentile(Float64Array.of(7), 99)).toBe(7);
  expect(percentile(Float64Array.of(1, 2, 3), 50)).toBe(2);
  expect(() => percentile(Float64Array.of(), 50)).toThrow(RangeError);
});

test('ratios are of rounds that ran together, not of medians', () => {
  // Both were slow in the second round: the ratio of each pair is what holds.
  expect(pairedRatios([100, 10, 90], [200, 20, 180])).toEqual({ median: 0.5, min: 0.5, max: 0.5 });
  expect(pairedRatios([1, 9, 4], [1, 3, 2])).toEqual({ median: 2, min: 1, max: 3 });
  expect(() => pairedRatios([1, 2], [1])).toThrow('2 rounds cannot be paired with 1');
});

test('contenders take turns in going first', () => {
  expect([0, 1, 2, 3].map((round) => roundOrder(['a', 'b'], round).join(''))).toEqual(['ab', 'ba', 'ab', 'ba']);
  expect(roundOrder(['a'], 1)).toEqual(['a']);
});
