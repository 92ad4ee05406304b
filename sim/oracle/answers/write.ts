import type { Violation } from '../../types/result.ts';
import type { Analysis } from '../analysis.ts';
import type { OkCall } from '../calls.ts';
import { evaluate, viewAt, type DataRequest } from '../evaluate.ts';
import { sameOperations } from '../owners.ts';
import { fail } from './fail.ts';
import type { AnswerCounts } from './counts.ts';
import { differ } from './difference.ts';

/** Wrote the revision that it names: the log holds its effect there, and the answer is what the state before it gives. */
export function checkWrite(analysis: Analysis, call: OkCall, counts: AnswerCounts): Violation | undefined {
  const { header } = call.outcome;
  const { revision } = header;
  const { model, records } = analysis.log;
  const moment = model.momentOf[revision]!;
  const logged = records[moment - 1]!;
  counts.writes += 1;
  if (logged.record.kind !== 'write') {
    return fail('durability', call, `was acknowledged as revision ${revision}, where the log holds no write`, revision);
  }
  const request = call.request as DataRequest;
  const due = evaluate(model, request, viewAt(model, moment - 1));
  if (due.errors.size > 0) {
    return fail('linearizability', call, `succeeded, where "${[...due.errors][0]!}" is due`, revision);
  }
  const held = logged.record.operations;
  if (!sameOperations(due.operations, held)) {
    const isAnothers = !held.some(({ key }) => due.operations.some((operation) => operation.key === key));
    const words = isAnothers ? 'holds something else there' : 'holds another effect there than the request has';
    return fail(
      isAnothers ? 'durability' : 'linearizability',
      call,
      `was acknowledged as revision ${revision}, but the log ${words}`,
      revision,
    );
  }
  const difference = differ(model, request, call, due.response, viewAt(model, moment - 1));
  if (difference !== undefined)
    return fail('linearizability', call, `wrote revision ${revision}; ${difference}`, revision);
  if (header.term !== logged.epoch) {
    return fail(
      'one live epoch',
      call,
      `was acknowledged in term ${header.term}, but its record is epoch ${logged.epoch}'s`,
      revision,
    );
  }
  return undefined;
}
