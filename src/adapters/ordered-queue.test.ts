import { expect, test } from 'vitest';
import { createOrderedQueue } from './ordered-queue.ts';

test('what arrives while a run is under way goes together in the next, up to the weight', async () => {
  const runs: (readonly number[])[] = [];
  const queue = createOrderedQueue<number>(
    async (run) => {
      runs.push(run);
      await Promise.resolve();
    },
    (weight) => weight,
    10,
  );
  await Promise.all([1, 4, 6, 1, 30, 2, 2].map((weight) => queue.submit(weight)));
  expect(runs).toEqual([[1], [4, 6], [1], [30], [2, 2]]);
  await queue.exclusively(async () => expect(queue.busy).toBe(true));
  await new Promise(setImmediate);
  expect(queue.busy).toBe(false);
});

test('a failed run rejects its own items only, and exclusive work keeps its turn', async () => {
  const seen: string[] = [];
  const queue = createOrderedQueue<string>(
    async (run) => {
      seen.push(run.join('+'));
      if (run.includes('bad')) throw new Error('refused');
    },
    () => 1,
    10,
  );
  const outcomes = await Promise.allSettled([
    queue.submit('first'),
    queue.submit('bad'),
    queue.submit('beside'),
    queue.exclusively(async () => {
      seen.push('alone');
      throw new Error('failed alone');
    }),
    queue.submit('after'),
    queue.exclusively(async () => 'result'),
  ]);
  expect(seen).toEqual(['first', 'bad+beside', 'alone', 'after']);
  expect(outcomes.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'rejected',
    'rejected',
    'fulfilled',
    'fulfilled',
  ]);
});
