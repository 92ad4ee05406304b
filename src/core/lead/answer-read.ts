import { evaluateRead, type ReadRequest } from '../read/evaluate-read.ts';
import type { VersionValues } from '../read/view.ts';
import type { Leader } from './leader.ts';
import type { AskedRequest } from './parked.ts';

/** At the durable revision: a read waits for nothing that is under way. */
export function answerRead(leader: Leader, asked: AskedRequest, request: ReadRequest, known: VersionValues): void {
  const { state, durable, answers, loading } = leader;
  const view = { revision: durable.revision, compactRevision: durable.compactRevision, values: known };
  const evaluation = evaluateRead(state, request, view);
  if (evaluation.kind === 'values-needed') loading.load(asked, known, evaluation.versions);
  else answers.send(asked.id, answers.of(evaluation));
}
