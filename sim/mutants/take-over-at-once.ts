import type * as original from '../../src/core/lease/may-take-over.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/lease/may-take-over.ts';

export const mutant: Mutant = {
  name: 'take-over-at-once',
  replaces: 'src/core/lease/may-take-over.ts',
  breaks: 'linearizability',
  description: 'A candidate takes over without waiting for the lease to run out.',
};

export const takeOverAtMonotonicMs: typeof original.takeOverAtMonotonicMs = (_control, sighting) =>
  sighting.sinceMonotonicMs;

export const mayTakeOver: typeof original.mayTakeOver = () => true;
