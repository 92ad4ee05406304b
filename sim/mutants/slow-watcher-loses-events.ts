import type * as original from '../../src/core/watch/hub-state.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/watch/hub-state.ts';

export const mutant: Mutant = {
  name: 'slow-watcher-loses-events',
  replaces: 'src/core/watch/hub-state.ts',
  breaks: 'watch reliability',
  description: 'What does not fit into the buffer of a slow watcher is dropped.',
};

export const lag: typeof original.lag = () => undefined;
