import * as original from '../../src/core/store/after-put.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/store/after-put.ts';

export const mutant: Mutant = {
  name: 'timeout-is-success',
  replaces: 'src/core/store/after-put.ts',
  breaks: 'durability',
  description: 'Takes a PUT that timed out for one that was done.',
};

export const afterPut: typeof original.afterPut = (outcome) =>
  outcome.kind === 'unknown' ? { kind: 'done', etag: 'unknown' } : original.afterPut(outcome);
