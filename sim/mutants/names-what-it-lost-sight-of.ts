import type * as original from '../../src/core/checkpoint/may-name-checkpoint.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/checkpoint/may-name-checkpoint.ts';

export const mutant: Mutant = {
  name: 'names-what-it-lost-sight-of',
  replaces: 'src/core/checkpoint/may-name-checkpoint.ts',
  breaks: 'collection',
  description: 'Names a checkpoint although a list that condemned a part of it may have come and gone since.',
};

export const missesNothing: typeof original.missesNothing = () => true;
