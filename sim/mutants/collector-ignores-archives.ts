import * as original from '../../src/core/collect/reachable.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/collect/reachable.ts';

export const mutant: Mutant = {
  name: 'collector-ignores-archives',
  replaces: 'src/core/collect/reachable.ts',
  breaks: 'collection',
  description: 'Takes archives for unreachable, although the slots in them are nowhere else.',
};

export const reachableFrom: typeof original.reachableFrom = (core, manifest) =>
  original.reachableFrom(core, { ...manifest, archives: [] });
