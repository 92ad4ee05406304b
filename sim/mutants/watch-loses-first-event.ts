import * as original from '../../src/core/watch/matching.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/watch/matching.ts';

export const mutant: Mutant = {
  name: 'watch-loses-first-event',
  replaces: 'src/core/watch/matching.ts',
  breaks: 'watch reliability',
  description: 'A watcher does not get the events of the very revision at which it starts.',
};

export const wanted: typeof original.wanted = (watcher, version) =>
  version.modRevision !== watcher.startRevision && original.wanted(watcher, version);
