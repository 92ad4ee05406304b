import { fitsQuota } from '../alarm/quota.ts';
import { mayExpire } from '../alarm/refused-by-alarms.ts';
import { assert } from '../assert.ts';
import { leaseExpiriesPerSecondMax } from '../limits.ts';
import { noValues, type VersionValues } from '../read/view.ts';
import type { Caller } from '../types/auth.ts';
import { clientErrors } from '../types/error.ts';
import type { Evaluation } from '../types/evaluation.ts';
import { evaluateWrite, type WriteRequest } from '../write/evaluate.ts';
import { answerWhenDurable } from './answer-when-durable.ts';
import { refusalByHead } from './allowed.ts';
import type { Leader } from './leader.ts';
import type { AskedRequest } from './parked.ts';
import { raiseNoSpace } from './raise-alarm.ts';

/**
 * Admission: what may write is evaluated on the head, with the effects of everything admitted before it, and what it comes to goes into
 * the pipeline as a record. From here on it is not taken back: it becomes durable, or the reign ends.
 */
export function admitWrite(leader: Leader, asked: AskedRequest, request: WriteRequest, known: VersionValues): void {
  const { pipeline, answers, leaseGate, loading } = leader;
  if (pipeline.full()) {
    answers.fail(asked.id, clientErrors.tooManyRequests);
    return;
  }
  const evaluation = evaluate(leader, asked.caller, request, known);
  switch (evaluation.kind) {
    case 'values-needed':
      loading.load(asked, known, evaluation.versions);
      return;
    case 'error':
    case 'answer':
      // Nothing is written that could prove the reign: what was read is the newest only under the lease.
      leaseGate.pass(asked, () => answerWhenDurable(leader, asked, answers.of(evaluation)));
      return;
    case 'record': {
      const sequence = pipeline.admit({ record: evaluation.record, versions: evaluation.versions });
      const physical = request.kind === 'compact' && request.physical ? request.revision : 0;
      answerWhenDurable(leader, asked, answers.of(evaluation), sequence, physical);
      return;
    }
  }
}

function evaluate(leader: Leader, caller: Caller | undefined, request: WriteRequest, known: VersionValues): Evaluation {
  const refusal = refusalByHead(leader, request, caller);
  if (refusal !== undefined) return { kind: 'error', error: refusal };
  const { state, core } = leader;
  if (fitsQuota(request, state.bytesTotal, core.configuration.quotaBackendBytes)) {
    return evaluateWrite(state, request, known);
  }
  raiseNoSpace(leader);
  return { kind: 'error', error: clientErrors.noSpace };
}

/** A compaction of the node's own. True also where it was compacted by others. */
export function admitCompaction(leader: Leader, revision: number): boolean {
  const { pipeline, leaseGate, refusal } = leader;
  if (refusal !== undefined || leaseGate.hasLapsed() || pipeline.full()) return false;
  const evaluation = evaluate(leader, undefined, { kind: 'compact', revision, physical: false }, noValues);
  if (evaluation.kind !== 'record') {
    return evaluation.kind === 'error' && evaluation.error === clientErrors.compacted;
  }
  pipeline.admit({ record: evaluation.record, versions: evaluation.versions });
  return true;
}

/** The revocations of leases whose time is over: so many at a time that they do not crowd out what clients write. */
export function admitExpiries(leader: Leader, nowMs: number, sinceMs: number): void {
  const { pipeline, state, leases } = leader;
  if (pipeline.full() || !mayExpire(state.alarms)) return;
  const budget = Math.max(1, Math.floor((leaseExpiriesPerSecondMax * Math.min(sinceMs, 1_000)) / 1_000));
  for (const id of leases.expired(nowMs, budget)) {
    if (!state.leases.has(id)) continue;
    const evaluation = evaluateWrite(state, { kind: 'lease-revoke', id });
    assert(evaluation.kind === 'record', 'an expired lease that exists can be revoked');
    pipeline.admit({ record: evaluation.record, versions: evaluation.versions });
  }
}
