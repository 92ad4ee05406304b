import * as original from '../../src/core/write/evaluate.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/write/evaluate.ts';

export const mutant: Mutant = {
  name: 'auth-change-forgotten',
  replaces: 'src/core/write/evaluate.ts',
  breaks: 'durability',
  description: 'A change of users and roles is made in memory and answered, and gets no record.',
};

export const evaluateWrite: typeof original.evaluateWrite = (state, request, values) => {
  const evaluation = original.evaluateWrite(state, request, values);
  if (evaluation.kind !== 'record' || evaluation.record.kind !== 'auth') return evaluation;
  return { kind: 'answer', response: evaluation.response, revision: evaluation.revision };
};
