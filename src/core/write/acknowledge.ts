import type { Answer } from '../types/effect.ts';
import type { LeaseId } from '../types/bytes.ts';
import { assert } from '../assert.ts';

/**
 * Answers that wait for durability, in the order of the sequences they depend on.
 *
 * Invariant: an answer leaves only when every record up to the sequence it was computed on is durable as promised (protocol,
 * invariant 3): its own record, and those it only read or compared.
 */
export interface PendingAnswer {
  readonly id: number;
  readonly sequence: number;
  readonly answer: Answer;
  readonly deadlineMs: number;
  settled: boolean;
  /** Not 0: a compaction that is answered only when what it made obsolete is gone from the local store too. */
  readonly physicalRevision: number;
  /** Not `noLease`: the lease whose renewal this answers. It is renewed once more when the answer leaves: its client counts from then. */
  readonly renews: LeaseId;
}

export interface PendingAnswers {
  add(answer: PendingAnswer): void;
  /** Those that depend on nothing beyond `sequence`, in order. */
  release(sequence: number): readonly PendingAnswer[];
  /** Those whose time is over; they stay unanswered otherwise. */
  expired(nowMs: number): readonly PendingAnswer[];
  /** All of them: what they were computed on failed. */
  fail(): readonly PendingAnswer[];
  count(): number;
}

const compactAfter = 1_024;

export function createPendingAnswers(): PendingAnswers {
  let queue: PendingAnswer[] = [];
  let head = 0;
  let lastSequence = 0;

  function take(until: number): readonly PendingAnswer[] {
    const taken = queue.slice(head, until).filter((answer) => !answer.settled);
    head = until;
    if (head > compactAfter && head * 2 > queue.length) {
      queue = queue.slice(head);
      head = 0;
    }
    return taken;
  }

  return {
    add(answer) {
      assert(answer.sequence >= lastSequence, 'answers wait in the order of their sequences');
      lastSequence = answer.sequence;
      queue.push(answer);
    },
    release(sequence) {
      let until = head;
      while (until < queue.length && queue[until]!.sequence <= sequence) until += 1;
      return take(until);
    },
    expired(nowMs) {
      const late: PendingAnswer[] = [];
      // Not in the order of their deadlines: one that waited for the lease or for values first has less time left.
      for (let index = head; index < queue.length; index++) {
        const answer = queue[index]!;
        if (answer.settled || answer.deadlineMs > nowMs) continue;
        answer.settled = true;
        late.push(answer);
      }
      return late;
    },
    fail: () => take(queue.length),
    count: () => queue.length - head,
  };
}
