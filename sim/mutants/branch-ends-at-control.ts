import type * as original from '../../src/core/branch/end-of-log.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/branch/end-of-log.ts';

export const mutant: Mutant = {
  name: 'branch-ends-at-control',
  replaces: 'src/core/branch/end-of-log.ts',
  breaks: 'branches',
  description:
    'Takes the slot that `control` names for the end of the log: a branch of now lacks what was written since.',
};

// eslint-disable-next-line require-yield -- the original lists
export const endOfLog: typeof original.endOfLog = function* (_core, durableSlot) {
  return durableSlot;
};
