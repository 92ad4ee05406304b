import type * as original from '../../src/core/restore/skipped-revision.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/restore/skipped-revision.ts';

export const mutant: Mutant = {
  name: 'rollback-skips-too-little',
  replaces: 'src/core/restore/skipped-revision.ts',
  breaks: 'watch compaction',
  description:
    'A rollback goes on right above the last revision: a watcher that had everything is never told that what it waits for will not come.',
};

export const skippedRevisionAfter: typeof original.skippedRevisionAfter = (lastRevision) => lastRevision;
