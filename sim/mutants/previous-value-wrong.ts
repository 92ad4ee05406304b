import * as original from '../../src/core/state/state.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/state/state.ts';

export const mutant: Mutant = {
  name: 'previous-value-wrong',
  replaces: 'src/core/state/state.ts',
  breaks: 'watch content',
  description: 'The previous value of an event is the one with which the key was created.',
};

export const previousVersion: typeof original.previousVersion = (state, version) =>
  original.previousVersion(state, version) === undefined
    ? undefined
    : state.index.at(version.key, version.createRevision);
