import * as original from '../../src/core/read/range.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/read/range.ts';

export const mutant: Mutant = {
  name: 'more-off-by-one',
  replaces: 'src/core/read/range.ts',
  breaks: 'linearizability',
  description: 'A range that exactly fills its limit says that there is more.',
};

export const evaluateRange: typeof original.evaluateRange = (state, request, view) => {
  const outcome = original.evaluateRange(state, request, view);
  if (outcome.kind !== 'response' || request.countOnly) return outcome;
  const { response } = outcome;
  return {
    kind: 'response',
    response: { ...response, more: request.limit > 0 && response.kvs.length >= request.limit },
  };
};
