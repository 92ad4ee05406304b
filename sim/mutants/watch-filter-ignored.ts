import type * as original from '../../src/core/watch/matching.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/watch/matching.ts';

export const mutant: Mutant = {
  name: 'watch-filter-ignored',
  replaces: 'src/core/watch/matching.ts',
  breaks: 'watch content',
  description: 'A watcher that asked for no deletes gets them.',
};

export const wanted: typeof original.wanted = (watcher, version) => version.modRevision >= watcher.startRevision;
