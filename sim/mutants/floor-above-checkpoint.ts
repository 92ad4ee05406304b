import * as original from '../../src/core/collect/log-floor.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/collect/log-floor.ts';

export const mutant: Mutant = {
  name: 'floor-above-checkpoint',
  replaces: 'src/core/collect/log-floor.ts',
  breaks: 'collection',
  description: 'Gives up the log below the newest checkpoint, although older ones are kept.',
};

export const logFloorOf: typeof original.logFloorOf = (current, kept, pins) =>
  original.logFloorOf(current, kept.slice(-1), pins);
