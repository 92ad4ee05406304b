import { waitFor, type Task } from '../task.ts';
import { clientErrors, type ClientError } from '../types/error.ts';
import type { Leader } from './leader.ts';

/** Refuses what is new with this error, and finishes what was admitted. */
export function* drain(leader: Leader, refusal: ClientError): Task<void> {
  const { pipeline } = leader;
  leader.refusal = refusal;
  refuseWaiting(leader, refusal);
  pipeline.drain();
  while (!pipeline.drained()) yield* waitFor(pipeline.drainedSignal);
}

/**
 * Answers everything that waits; the reign's scope has been cancelled. What had been admitted may be durable or may become so: its
 * answer must not say that it did not happen. What had not been gets `error`.
 */
export function end(leader: Leader, error: ClientError): void {
  const { answers, pending, compacting, checkpointRequests, hashes, snapshots, edgeValues, watches } = leader;
  for (const answer of [...pending.fail(), ...compacting.splice(0)]) {
    if (!answer.settled) answers.fail(answer.id, clientErrors.timeout);
  }
  refuseWaiting(leader, error);
  for (const id of [...checkpointRequests.takeAll(), ...hashes.takeAll(), ...snapshots.unanswered()]) {
    answers.fail(id, error);
  }
  edgeValues.end();
  watches.hub.endAll(error);
}

function refuseWaiting({ answers, leaseGate, loading }: Leader, error: ClientError): void {
  for (const { id } of [...leaseGate.takeAll(), ...loading.takeAll()]) answers.fail(id, error);
}

/** Nobody waits for its answer any more. What was admitted stays so. */
export function abandon({ leaseGate, loading, checkpointRequests, hashes, snapshots }: Leader, id: number): void {
  leaseGate.take(id);
  loading.take(id);
  checkpointRequests.abandon(id);
  hashes.abandon(id);
  snapshots.close(id);
}
