import * as original from '../../src/core/state/load.ts';
import { revisionInitial } from '../../src/core/state/state.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/state/load.ts';

export const mutant: Mutant = {
  name: 'revision-from-newest-key',
  replaces: 'src/core/state/load.ts',
  breaks: 'revisions',
  description:
    'After a restart the revision is that of the newest version that is kept, which a compaction may have dropped.',
};

export const finishLoading: typeof original.finishLoading = (state, revision, compactRevision) => {
  original.finishLoading(state, revision, compactRevision);
  let newest = compactRevision;
  state.index.visitKeys('', undefined, (versions) => {
    newest = Math.max(newest, versions.at(-1)!.modRevision);
    return true;
  });
  state.revision = Math.max(revisionInitial, newest);
};
