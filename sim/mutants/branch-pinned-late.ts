import type * as original from '../../src/core/branch/establish-branch.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/branch/establish-branch.ts';

export const mutant: Mutant = {
  name: 'branch-pinned-late',
  replaces: 'src/core/branch/establish-branch.ts',
  breaks: 'branches',
  description: 'Writes the branch first and pins what it needs afterwards; what it needs may be another by then.',
};

export const establishBranch: typeof original.establishBranch = function* ({ pin, write }) {
  yield* write();
  return yield* pin();
};
