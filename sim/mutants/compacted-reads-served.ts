import * as original from '../../src/core/read/range.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/read/range.ts';

export const mutant: Mutant = {
  name: 'compacted-reads-served',
  replaces: 'src/core/read/range.ts',
  breaks: 'errors',
  description: 'Reads below the compaction are answered instead of refused.',
};

export const evaluateRange: typeof original.evaluateRange = (state, request, view) =>
  original.evaluateRange(state, request, { ...view, compactRevision: 0 });
