import * as original from '../../src/core/state/load.ts';
import { revisionInitial } from '../../src/core/state/state.ts';
import { isTombstone } from '../../src/core/types/version.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/state/load.ts';

export const mutant: Mutant = {
  name: 'revision-from-newest-key',
  replaces: 'src/core/state/load.ts',
  breaks: 'revisions',
  description: 'After a restart the revision is that of the newest key that lives: a deletion after it is forgotten.',
};

export const finishLoading: typeof original.finishLoading = (state, revision, compactRevision) => {
  original.finishLoading(state, revision, compactRevision);
  let newest = compactRevision;
  state.index.visitKeys('', undefined, (versions) => {
    const last = versions.at(-1)!;
    if (!isTombstone(last)) newest = Math.max(newest, last.modRevision);
    return true;
  });
  state.revision = Math.max(revisionInitial, newest);
};
