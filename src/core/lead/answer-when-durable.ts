import { noLease, type LeaseId } from '../types/bytes.ts';
import type { Answer } from '../types/effect.ts';
import type { PendingAnswer } from '../write/acknowledge.ts';
import { restsOnSequence } from '../write/rests-on.ts';
import type { Leader } from './leader.ts';
import type { AskedRequest } from './parked.ts';
import { leaseIsOver, renewal } from './renewal.ts';

/** Of an answer that was computed on the head. */
export function restsOnHead({ pipeline, durable }: Leader): number {
  return restsOnSequence({ headSequence: pipeline.headSequence(), durableSequence: durable.sequence });
}

/** Sends the answer when all that it rests on is durable. */
export function answerWhenDurable(
  leader: Leader,
  { id, deadlineMs }: Pick<AskedRequest, 'id' | 'deadlineMs'>,
  answer: Answer,
  sequence: number = restsOnHead(leader),
  physicalRevision = 0,
  renews: LeaseId = noLease,
): void {
  if (sequence <= leader.durable.sequence && physicalRevision === 0) {
    leader.answers.send(id, answer);
    return;
  }
  leader.pending.add({ id, sequence, answer, deadlineMs, settled: false, physicalRevision, renews });
}

/** All that it rests on is durable. */
export function release(leader: Leader, answer: PendingAnswer): void {
  if (answer.settled) return;
  const { state, scrubbing, compacting } = leader;
  const { id, physicalRevision, renews } = answer;
  if (physicalRevision > 0 && state.settledCompactRevision >= physicalRevision && scrubbing.isUnderWay()) {
    compacting.push(answer);
    return;
  }
  answer.settled = true;
  const outcome = renews === noLease ? answer.answer : renewal(leader, renews);
  if (outcome !== undefined) leader.answers.send(id, outcome);
  // It was revoked meanwhile, which may not be durable yet.
  else answerWhenDurable(leader, answer, leaseIsOver(leader, renews));
}
