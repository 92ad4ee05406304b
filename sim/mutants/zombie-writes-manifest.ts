import * as original from '../../src/core/recover/locate-manifest.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/recover/locate-manifest.ts';

export const mutant: Mutant = {
  name: 'zombie-writes-manifest',
  replaces: 'src/core/recover/locate-manifest.ts',
  breaks: 'collection',
  description: 'A reign that is over changes the manifest in the epoch that it finds there.',
};

export const updateManifest: typeof original.updateManifest = (core, writer, held, change) =>
  original.updateManifest(core, { ...writer, epoch: Math.max(writer.epoch, held.manifest.epoch) }, held, change);
