import type * as original from '../../src/core/checkpoint/may-name-checkpoint.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/checkpoint/may-name-checkpoint.ts';

export const mutant: Mutant = {
  name: 'names-what-is-condemned',
  replaces: 'src/core/checkpoint/may-name-checkpoint.ts',
  breaks: 'collection',
  description: 'Names a checkpoint although a part of it has been condemned meanwhile.',
};

export const mayNameCheckpoint: typeof original.mayNameCheckpoint = () => true;
