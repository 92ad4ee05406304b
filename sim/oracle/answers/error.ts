import type { Violation } from '../../types/result.ts';
import type { Analysis } from '../analysis.ts';
import { authErrorWords } from '../auth-model.ts';
import type { Call } from '../calls.ts';
import { authErrorAt, refusedAt } from '../check-auth.ts';
import { errorWords, evaluate, viewAt } from '../evaluate.ts';
import { leaseAt, type Model } from '../model.ts';
import { staticErrors, staticErrorWords } from '../static-errors.ts';
import { fail } from './fail.ts';
import type { AnswerCounts } from './counts.ts';
import { heldAtSome } from './moments.ts';

const stateErrorWords: ReadonlySet<string> = new Set(Object.values(errorWords));

/** An error that says something of the state was due at some moment of the call. */
export function checkError(analysis: Analysis, call: Call, counts: AnswerCounts): Violation | undefined {
  if (call.outcome.kind !== 'error') return undefined;
  const { message } = call.outcome;
  if (!stateErrorWords.has(message) && !staticErrorWords.has(message) && !authErrorWords.has(message)) {
    counts.unavailable += 1;
    return undefined;
  }
  if (staticErrors(call.request, 'possible').includes(message)) return undefined;
  counts.stateErrors += 1;
  if (message === errorWords.compacted) counts.compactedReadsRefused += 1;
  if (analysis.lossOf(call.invokedMs, Infinity) !== undefined) return undefined;
  const { model } = analysis.log;
  if (authErrorWords.has(message)) {
    counts.refused += 1;
    const isDue = heldAtSome(
      analysis,
      call,
      (moment) =>
        refusedAt(model, moment, call.request) === message || authErrorAt(model, moment, call.request) === message,
    );
    return isDue
      ? undefined
      : fail('authorization', call, `was refused with "${message}", which was due at no moment of the call`);
  }
  const isRight = heldAtSome(analysis, call, (moment) => errorsAt(model, call, moment).has(message));
  return isRight
    ? undefined
    : fail('errors', call, `was refused with "${message}", which was so at no moment of the call`);
}

function errorsAt(model: Model, call: Call, moment: number): ReadonlySet<string> {
  const { request } = call;
  const revision = model.revisionAt[moment]!;
  const compactRevision = model.compactRevisionAt[moment]!;
  switch (request.kind) {
    case 'range':
    case 'put':
    case 'delete-range':
    case 'txn':
      return evaluate(model, request, viewAt(model, moment)).errors;
    case 'compact':
      if (request.revision > revision) return new Set([errorWords.future]);
      return new Set(request.revision <= (compactRevision === 0 ? -1 : compactRevision) ? [errorWords.compacted] : []);
    case 'lease-grant':
      return new Set(leaseAt(model, request.id, moment) === undefined ? [] : [errorWords.leaseExists]);
    case 'lease-revoke':
      return new Set(leaseAt(model, request.id, moment) === undefined ? [errorWords.leaseNotFound] : []);
    default:
      return new Set();
  }
}
