import type { Violation } from '../../types/result.ts';
import type { Analysis } from '../analysis.ts';
import { authAfter } from '../auth-model.ts';
import type { Call, OkCall } from '../calls.ts';
import { authAnswerHolds, isAuthWrite } from '../check-auth.ts';
import { lossAfterReign } from '../losses.ts';
import type { Model } from '../model.ts';
import { fail } from './fail.ts';
import type { AnswerCounts } from './counts.ts';
import { heldAtSome, momentsOf } from './moments.ts';

/** Of users, roles and alarms: true at some moment of the call; a change that was acknowledged is in the log. */
export function checkAuth(analysis: Analysis, call: OkCall, counts: AnswerCounts): Violation | undefined {
  const { log, losses } = analysis;
  const { response, header } = call.outcome;
  if (response.kind !== call.request.kind)
    return fail('linearizability', call, `got an answer of kind ${response.kind}`);
  if (lossAfterReign(losses, log.fences, header.term) !== undefined) {
    counts.excused += 1;
    return undefined;
  }
  counts.authAnswers += 1;
  const { last } = momentsOf(analysis, call);
  // The record that answers a change is the one after the moment at which it was evaluated.
  const isRight = heldAtSome(
    analysis,
    call,
    (moment) =>
      (moment < last ||
        !isAuthWrite(call.request) ||
        response.kind === 'alarm' ||
        isNoChange(log.model, moment, call)) &&
      authAnswerHolds(log.model, moment, call, response),
  );
  if (isRight) return undefined;
  const isChange = isAuthWrite(call.request);
  return isChange
    ? fail('durability', call, 'was acknowledged, but by then the log held nothing of it')
    : fail('linearizability', call, 'is told what was so at no moment of the call');
}

function isNoChange(model: Model, moment: number, { request }: Call): boolean {
  return isAuthWrite(request) && authAfter(model.authAt[moment]!, request) === model.authAt[moment];
}
