import * as original from '../../src/core/checkpoint/may-keep-unit.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/checkpoint/may-keep-unit.ts';

export const mutant: Mutant = {
  name: 'checkpoint-counts-alone',
  replaces: 'src/core/checkpoint/may-keep-unit.ts',
  breaks: 'checkpoints',
  description: 'Takes over chunks that hold as many versions as are retained, although newer ones are among these.',
};

export const mayKeepUnit: typeof original.mayKeepUnit = (ground) =>
  original.mayKeepUnit({ ...ground, newestRevision: 0 });
