import { expect, it } from 'vitest';
import { editDistance, nearest } from './nearest.ts';

it('counts insertions, deletions, substitutions and swaps', () => {
  expect(editDistance('listen', 'listen')).toBe(0);
  expect(editDistance('lisen', 'listen')).toBe(1);
  expect(editDistance('lsiten', 'listen')).toBe(1);
  expect(editDistance('', 'abc')).toBe(3);
  expect(editDistance('abc', 'axd')).toBe(2);
});

it('names the closest candidate, and none when all are far', () => {
  const names = ['listen', 'lease-ttl', 'log-level', 'data-dir'];
  expect(nearest('lisen', names)).toBe('listen');
  expect(nearest('datadir', names)).toBe('data-dir');
  expect(nearest('lease', names)).toBe('lease-ttl');
  expect(nearest('frobnicate', names)).toBeUndefined();
});
