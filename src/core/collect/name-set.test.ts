import { expect, test } from 'vitest';
import { createNameSet } from './name-set.ts';

const hash = '0123456789abcdef'.repeat(4);

test('tells names apart by content and by attempt, and knows names of another form', () => {
  const names = createNameSet();
  names.add(`/chunks/${hash}-00000000000000ff`);
  names.add('/chunks/strange');
  expect(names.has(`/chunks/${hash}-00000000000000ff`)).toBe(true);
  expect(names.has(`/chunks/${hash}-10000000000000ff`)).toBe(false);
  expect(names.has(`/chunks/${hash.replace('01', '11')}-00000000000000ff`)).toBe(false);
  expect(names.has('/chunks/strange')).toBe(true);
  expect(names.has('/chunks/stranger')).toBe(false);
  expect(names.size).toBe(2);
});
