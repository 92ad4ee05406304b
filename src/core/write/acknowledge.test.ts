import { noLease } from '../types/bytes.ts';
import { describe, expect, test } from 'vitest';
import { createPendingAnswers, type PendingAnswer } from './acknowledge.ts';

function answerOf(id: number, sequence: number, deadlineMs = 1_000): PendingAnswer {
  const answer = { kind: 'ok', header: { revision: 1, term: 1 }, response: { kind: 'compact' } } as const;
  return { id, sequence, answer, deadlineMs, settled: false, physicalRevision: 0, renews: noLease };
}

const ids = (answers: readonly PendingAnswer[]) => answers.map(({ id }) => id);

describe('pending answers', () => {
  test('leave when all that they rest on is durable, in order', () => {
    const pending = createPendingAnswers();
    for (const [id, sequence] of [
      [1, 5],
      [2, 5],
      [3, 6],
      [4, 9],
    ] as const)
      pending.add(answerOf(id, sequence));
    expect(ids(pending.release(4))).toEqual([]);
    expect(ids(pending.release(5))).toEqual([1, 2]);
    expect(ids(pending.release(5))).toEqual([]);
    expect(ids(pending.release(8))).toEqual([3]);
    expect(pending.count()).toBe(1);
    expect(ids(pending.release(100))).toEqual([4]);
    expect(pending.count()).toBe(0);
  });

  test('whose time is over are told once, and never released', () => {
    const pending = createPendingAnswers();
    pending.add(answerOf(1, 5, 100));
    pending.add(answerOf(2, 5, 200));
    expect(ids(pending.expired(99))).toEqual([]);
    expect(ids(pending.expired(100))).toEqual([1]);
    expect(ids(pending.expired(150))).toEqual([]);
    expect(ids(pending.release(5))).toEqual([2]);
  });

  test('are told in time behind one that has longer', () => {
    const pending = createPendingAnswers();
    pending.add(answerOf(1, 5, 900));
    // It waited elsewhere before: its time began earlier.
    pending.add(answerOf(2, 5, 100));
    expect(ids(pending.expired(100))).toEqual([2]);
    expect(ids(pending.release(5))).toEqual([1]);
  });

  test('fail together, once', () => {
    const pending = createPendingAnswers();
    pending.add(answerOf(1, 5, 100));
    pending.add(answerOf(2, 6));
    pending.expired(100);
    expect(ids(pending.fail())).toEqual([2]);
    expect(ids(pending.fail())).toEqual([]);
  });

  test('rest on sequences that do not go back', () => {
    const pending = createPendingAnswers();
    pending.add(answerOf(1, 5));
    expect(() => pending.add(answerOf(2, 4))).toThrow('in the order of their sequences');
  });

  test('stay in order through very many', () => {
    const pending = createPendingAnswers();
    const released: number[] = [];
    for (let id = 1; id <= 10_000; id++) {
      pending.add(answerOf(id, id));
      if (id % 3 === 0) released.push(...ids(pending.release(id - 2)));
    }
    released.push(...ids(pending.release(10_000)));
    expect(released).toEqual(Array.from({ length: 10_000 }, (_, index) => index + 1));
  });
});
