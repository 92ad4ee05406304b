import type * as original from '../../src/core/store/fresh-attempt.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/store/fresh-attempt.ts';

export const mutant: Mutant = {
  name: 'names-used-twice',
  replaces: 'src/core/store/fresh-attempt.ts',
  breaks: 'collection',
  description: 'Names an object by its content alone, so that the same content has the same name again.',
};

export const freshAttempt: typeof original.freshAttempt = () => new Uint8Array(8);
