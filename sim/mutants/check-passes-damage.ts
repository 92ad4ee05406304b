import * as original from '../../src/core/corruption/check-checkpoint.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/corruption/check-checkpoint.ts';

export const mutant: Mutant = {
  name: 'check-passes-damage',
  replaces: 'src/core/corruption/check-checkpoint.ts',
  breaks: 'corruption',
  description: 'A check reads the pages and chunks of a checkpoint, and says that all is well, whatever came of them.',
};

export const checkCheckpoint: typeof original.checkCheckpoint = function* (core, reference, databaseId, served) {
  const checked = yield* original.checkCheckpoint(core, reference, databaseId, served);
  return checked.checkpoint === undefined ? checked : { ...checked, mismatches: [] };
};
