import * as original from '../../src/core/collect/roots.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/collect/roots.ts';

export const mutant: Mutant = {
  name: 'collector-keeps-newest-alone',
  replaces: 'src/core/collect/roots.ts',
  breaks: 'collection',
  description: 'Takes what older checkpoints of the manifest need for unreachable.',
};

export const rootsOf: typeof original.rootsOf = (manifest) =>
  original.rootsOf({ ...manifest, checkpoints: manifest.checkpoints.slice(-1) });
