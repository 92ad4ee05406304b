import type * as original from '../../src/core/corruption/still-needed.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/corruption/still-needed.ts';

export const mutant: Mutant = {
  name: 'check-alarms-over-collected',
  replaces: 'src/core/corruption/still-needed.ts',
  breaks: 'corruption',
  description:
    'A check that finds an object missing does not ask whether it was collected meanwhile, and raises CORRUPT.',
};

export const isStillNeeded: typeof original.isStillNeeded = () => true;
