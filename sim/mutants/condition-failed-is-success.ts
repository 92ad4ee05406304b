import * as original from '../../src/core/store/after-put.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/store/after-put.ts';

export const mutant: Mutant = {
  name: 'condition-failed-is-success',
  replaces: 'src/core/store/after-put.ts',
  breaks: 'durability',
  description: 'Takes a failed condition for an earlier attempt of its own, without reading what is there.',
};

export const afterPut: typeof original.afterPut = (outcome) =>
  outcome.kind === 'condition-failed' ? { kind: 'done', etag: 'unknown' } : original.afterPut(outcome);
