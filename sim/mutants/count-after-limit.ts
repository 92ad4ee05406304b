import * as original from '../../src/core/read/range.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/read/range.ts';

export const mutant: Mutant = {
  name: 'count-after-limit',
  replaces: 'src/core/read/range.ts',
  breaks: 'linearizability',
  description: 'A range counts what the limit left.',
};

export const evaluateRange: typeof original.evaluateRange = (state, request, view) => {
  const outcome = original.evaluateRange(state, request, view);
  if (outcome.kind !== 'response' || request.countOnly) return outcome;
  return { kind: 'response', response: { ...outcome.response, count: outcome.response.kvs.length } };
};
