import type * as original from '../../src/core/lease/may-take-over.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/lease/may-take-over.ts';

export const mutant: Mutant = {
  name: 'take-over-without-drift',
  replaces: 'src/core/lease/may-take-over.ts',
  breaks: 'linearizability',
  description: 'A candidate waits for the lease alone, without the bound on how far clocks may differ.',
};

export const takeOverAtMonotonicMs: typeof original.takeOverAtMonotonicMs = (control, sighting) =>
  sighting.sinceMonotonicMs + (control.leader === undefined || control.released ? 0 : control.leaseMs);

export const mayTakeOver: typeof original.mayTakeOver = (control, sighting, atMonotonicMs) =>
  atMonotonicMs >= takeOverAtMonotonicMs(control, sighting, 0n);
