import * as original from '../../src/core/read/range.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/read/range.ts';

export const mutant: Mutant = {
  name: 'limit-off-by-one',
  replaces: 'src/core/read/range.ts',
  breaks: 'linearizability',
  description: 'A range returns one more than its limit.',
};

export const evaluateRange: typeof original.evaluateRange = (state, request, view) =>
  original.evaluateRange(state, request.limit > 0 ? { ...request, limit: request.limit + 1 } : request, view);
