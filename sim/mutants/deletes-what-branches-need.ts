import type * as original from '../../src/core/branch/may-remove.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/branch/may-remove.ts';

export const mutant: Mutant = {
  name: 'deletes-what-branches-need',
  replaces: 'src/core/branch/may-remove.ts',
  breaks: 'collection',
  description:
    'Deletes everything below the home of a branch that was removed by force, although its own branches share it.',
};

export const isNeededByNone: typeof original.isNeededByNone = () => true;
