import { expect, test } from 'vitest';
import { createFairQueue } from './fair-queue.ts';

test('jobs are taken in turn from each who waits, and in order from one', () => {
  const queue = createFairQueue<string>(10, 10);
  for (const job of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) queue.add(job[0]!, job);
  expect(Array.from({ length: 7 }, () => queue.take())).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', undefined]);
});

test('it is bounded, and for one alone', () => {
  const queue = createFairQueue<string>(4, 2);
  expect(['a1', 'a2', 'a3', 'b1', 'b2', 'c1'].map((job) => queue.add(job[0]!, job))).toEqual([
    true,
    true,
    false,
    true,
    true,
    false,
  ]);
  expect(queue.take()).toBe('a1');
  expect(queue.add('c', 'c1')).toBe(true);
});

test('who gives up makes room', () => {
  const queue = createFairQueue<string>(2, 2);
  queue.add('a', 'a1');
  queue.add('a', 'a2');
  queue.remove('a', 'a1');
  queue.remove('a', 'a1');
  queue.remove('b', 'b1');
  expect(queue.add('b', 'b1')).toBe(true);
  expect(queue.add('b', 'b2')).toBe(false);
  expect([queue.take(), queue.take(), queue.take()]).toEqual(['a2', 'b1', undefined]);
});
