import { expect, test } from 'vitest';
import { createSystemRandom } from './system-random.ts';

test('gives as many bytes as asked, never the same twice', () => {
  const random = createSystemRandom();
  expect([0, 1, 16, 100_000].map((length) => random.bytes(length).length)).toEqual([0, 1, 16, 100_000]);
  const drawn = new Set(Array.from({ length: 1_000 }, () => Buffer.from(random.bytes(16)).toString('hex')));
  expect(drawn.size).toBe(1_000);
});
