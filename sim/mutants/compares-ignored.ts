import * as original from '../../src/core/read/compare.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/read/compare.ts';

export const mutant: Mutant = {
  name: 'compares-ignored',
  replaces: 'src/core/read/compare.ts',
  breaks: 'linearizability',
  description: 'A transaction takes its first branch whatever its compares say.',
};

export const evaluateCompares: typeof original.evaluateCompares = (state, compares, view) => {
  const outcome = original.evaluateCompares(state, compares, view);
  return outcome.kind === 'holds' ? { kind: 'holds', holds: true } : outcome;
};
