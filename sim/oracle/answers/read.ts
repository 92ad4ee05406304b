import type { Violation } from '../../types/result.ts';
import type { Analysis } from '../analysis.ts';
import { isSerializable, type OkCall } from '../calls.ts';
import { errorWords, evaluate, type DataRequest, type View } from '../evaluate.ts';
import { fail } from './fail.ts';
import type { AnswerCounts } from './counts.ts';
import { differ } from './difference.ts';

/** Wrote nothing: the content at the revision that it names, and no older than what had been told before. */
export function checkRead(
  analysis: Analysis,
  call: OkCall,
  counts: AnswerCounts,
  known: number,
): Violation | undefined {
  const { revision } = call.outcome.header;
  const { model } = analysis.log;
  const request = call.request as DataRequest;
  const serializable = isSerializable(request);
  const moment = model.momentOf[revision]!;
  // A compaction that had been told before has to be respected; a later one may be.
  const before = serializable ? moment : Math.max(moment, analysis.momentBefore(call));
  const view: View = { revision, moment: before, compactRevision: serializable ? 0 : model.compactRevisionAt[before]! };
  countRead(call, counts, known);
  const due = evaluate(model, request, view);
  const errors = [...due.errors].filter((words) => words !== errorWords.leaseNotFound);
  if (errors.length > 0) return fail('linearizability', call, `succeeded, where "${errors[0]!}" is due`, revision);
  if (due.operations.length > 0) {
    return fail(
      'linearizability',
      call,
      `was answered at revision ${revision} as if there were nothing to write`,
      revision,
    );
  }
  const difference = differ(model, request, call, due.response, view);
  return difference === undefined
    ? undefined
    : fail('linearizability', call, `was answered at revision ${revision}: ${difference}`, revision);
}

function countRead({ request, outcome }: OkCall, counts: AnswerCounts, known: number): void {
  counts.reads += 1;
  if (isSerializable(request)) counts.serializableReads += 1;
  else if (known > 1) counts.readsAfterWrites += 1;
  if (request.kind === 'range' && (request.revision ?? 0) > 0) counts.historicReads += 1;
  if (outcome.response.kind === 'txn' && !outcome.response.succeeded) counts.failedCompares += 1;
}
