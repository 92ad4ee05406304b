import type * as original from '../../src/core/recover/genesis.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/recover/genesis.ts';

export const mutant: Mutant = {
  name: 'rollback-not-compacted',
  replaces: 'src/core/recover/genesis.ts',
  breaks: 'watch compaction',
  description: 'What goes on after a rollback skips revisions, and does not take them for compacted.',
};

export const skipping: typeof original.skipping = (state, skippedRevision) => ({
  ...state,
  revision: Math.max(state.revision, skippedRevision),
});
