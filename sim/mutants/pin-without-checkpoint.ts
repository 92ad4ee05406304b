import * as original from '../../src/core/branch/needs-of-base.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/branch/needs-of-base.ts';

export const mutant: Mutant = {
  name: 'pin-without-checkpoint',
  replaces: 'src/core/branch/needs-of-base.ts',
  breaks: 'collection',
  description: 'Pins the slots that a branch needs, and leaves out the checkpoint before them.',
};

export const needsOfBase: typeof original.needsOfBase = (base) => ({
  ...original.needsOfBase(base),
  checkpoint: undefined,
});
