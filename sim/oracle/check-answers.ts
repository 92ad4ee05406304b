import type { Violation } from '../types/result.ts';
import type { Analysis } from './analysis.ts';
import { fail } from './answers/fail.ts';
import { checkAllowed } from './answers/allowed.ts';
import { checkAuth } from './answers/auth.ts';
import type { AnswerCounts } from './answers/counts.ts';
import { checkError } from './answers/error.ts';
import { checkLease } from './answers/lease.ts';
import { checkRead } from './answers/read.ts';
import { checkWrite } from './answers/write.ts';
import { isData, isOk, isSerializable, saysItWrote, type OkCall } from './calls.ts';
import { isAuthOrAlarm } from './check-auth.ts';
import { finalRevision } from './log.ts';

/** Every answer against the model at the moment that it names, or, where it names none, at some moment between call and answer. */
export function checkAnswers(analysis: Analysis, counts: AnswerCounts): readonly Violation[] {
  const violations: Violation[] = [];
  for (const call of analysis.calls) {
    const found = isOk(call) ? checkOk(analysis, call, counts) : checkError(analysis, call, counts);
    if (found !== undefined) violations.push(found);
  }
  return violations;
}

function checkOk(analysis: Analysis, call: OkCall, counts: AnswerCounts): Violation | undefined {
  const { revision, term } = call.outcome.header;
  const { log } = analysis;
  if (analysis.lossOf(call.returnedMs, revision, term) !== undefined) {
    counts.excused += 1;
    return undefined;
  }
  const wrote = saysItWrote(call.outcome.response);
  if (revision > finalRevision(log)) {
    const what = wrote ? 'was acknowledged as' : 'was answered at';
    return fail(
      'durability',
      call,
      `${what} revision ${revision}, but the log ends at ${finalRevision(log)}`,
      revision,
    );
  }
  if (revision > log.model.revisionAt[analysis.momentSeenBy(call.returnedMs)]!) {
    return fail('durability', call, `was answered at revision ${revision} before that was durable`, revision);
  }
  const left = log.rollbacks.find(({ namedMs, epoch }) => call.invokedMs > namedMs && term <= epoch);
  if (left !== undefined && !isSerializable(call.request)) {
    const words = `was answered in term ${term}, of a line that had been left for ${left.home} before it was sent`;
    return fail(wrote ? 'durability' : 'linearizability', call, words, revision);
  }
  if (log.rollbacks.some(({ epoch }) => term > epoch)) counts.afterRollback += 1;
  const known = analysis.revisionBefore(call);
  if (wrote && revision <= known) {
    return fail(
      'linearizability',
      call,
      `is told that it wrote revision ${revision}, but ${known} had been told before it was sent`,
      revision,
    );
  }
  if (!isSerializable(call.request) && revision < known) {
    return fail(
      'linearizability',
      call,
      `was answered at revision ${revision}, but ${known} had been told before it was sent`,
      revision,
    );
  }
  if (isData(call)) {
    const found = wrote ? checkWrite(analysis, call, counts) : checkRead(analysis, call, counts, known);
    return found ?? checkAllowed(analysis, call, counts, wrote);
  }
  const found = isAuthOrAlarm(call.request) ? checkAuth(analysis, call, counts) : checkLease(analysis, call, counts);
  return found ?? checkAllowed(analysis, call, counts, false);
}
