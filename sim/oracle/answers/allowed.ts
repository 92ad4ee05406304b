import type { Violation } from '../../types/result.ts';
import type { Analysis } from '../analysis.ts';
import { isData, type OkCall } from '../calls.ts';
import { refusedAt } from '../check-auth.ts';
import { lossAfterReign } from '../losses.ts';
import { fail } from './fail.ts';
import type { AnswerCounts } from './counts.ts';
import { heldAtSome, momentsOf } from './moments.ts';

/** Nobody may do what was refused at the moment at which it was done; a write's is the one before its record. */
export function checkAllowed(
  analysis: Analysis,
  call: OkCall,
  counts: AnswerCounts,
  wrote: boolean,
): Violation | undefined {
  const { log, losses } = analysis;
  const { model } = log;
  const { revision, term } = call.outcome.header;
  if (call.request.caller === undefined && !model.hadAlarms) return undefined;
  if (lossAfterReign(losses, log.fences, term) !== undefined) return undefined;
  if (call.request.caller !== undefined) counts.allowed += 1;
  if (wrote) {
    const refused = refusedAt(model, model.momentOf[revision]! - 1, call.request);
    return refused === undefined
      ? undefined
      : fail('authorization', call, `was done, where "${refused}" is due`, revision);
  }
  if (call.request.kind === 'lease-revoke') return checkRevokeAllowed(analysis, call, call.request.id);
  const isRead = isData(call);
  const isRight = heldAtSome(
    analysis,
    call,
    (moment) =>
      (!isRead || model.revisionAt[moment] === revision) && refusedAt(model, moment, call.request) === undefined,
  );
  return isRight
    ? undefined
    : fail('authorization', call, 'was answered, but was allowed at no moment of the call', revision);
}

/** Afterwards the lease holds no keys that could be against it. */
function checkRevokeAllowed(analysis: Analysis, call: OkCall, lease: string): Violation | undefined {
  const { model } = analysis.log;
  const { first, last } = momentsOf(analysis, call);
  const ends = (model.leases.get(lease) ?? [])
    .map(({ revokedAt }) => revokedAt)
    .filter((moment) => moment > first && moment <= last);
  if (ends.length === 0) return undefined;
  if (ends.some((moment) => refusedAt(model, moment - 1, call.request) === undefined)) return undefined;
  return fail('authorization', call, 'was done, but was allowed at no moment at which the lease ended');
}
