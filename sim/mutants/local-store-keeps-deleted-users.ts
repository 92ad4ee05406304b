import * as original from '../../src/core/format/local-auth.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/format/local-auth.ts';

export const mutant: Mutant = {
  name: 'local-store-keeps-deleted-users',
  replaces: 'src/core/format/local-auth.ts',
  breaks: 'checkpoints',
  description: 'A user that is deleted stays in the local store, and is there again after a restart.',
};

export const localWritesOfChange: typeof original.localWritesOfChange = (change, digest) =>
  change.kind === 'user-delete' ? [] : original.localWritesOfChange(change, digest);
