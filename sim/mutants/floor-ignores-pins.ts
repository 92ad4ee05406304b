import * as original from '../../src/core/collect/log-floor.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/collect/log-floor.ts';

export const mutant: Mutant = {
  name: 'floor-ignores-pins',
  replaces: 'src/core/collect/log-floor.ts',
  breaks: 'collection',
  description: 'Gives up slots that branches need.',
};

export const logFloorOf: typeof original.logFloorOf = (current, kept) => original.logFloorOf(current, kept, []);
