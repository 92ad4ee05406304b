import * as original from '../../src/core/auth/refusal.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/auth/refusal.ts';

export const mutant: Mutant = {
  name: 'watch-of-forbidden-keys',
  replaces: 'src/core/auth/refusal.ts',
  breaks: 'authorization',
  description: 'Who may read the first key of a range may watch all of it.',
};

export const watchRefusal: typeof original.watchRefusal = (ground, caller, request) =>
  original.watchRefusal(ground, caller, { ...request, rangeEnd: undefined });
