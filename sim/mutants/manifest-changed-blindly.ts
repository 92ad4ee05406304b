import * as original from '../../src/core/recover/locate-manifest.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/recover/locate-manifest.ts';

export const mutant: Mutant = {
  name: 'manifest-changed-blindly',
  replaces: 'src/core/recover/locate-manifest.ts',
  breaks: 'collection',
  description:
    'Who finds the manifest changed reads it again and carries through there what was decided on the version before.',
};

export const updateManifest: typeof original.updateManifest = function* (core, writer, held, change) {
  for (let standing = held; ;) {
    const updated = yield* original.updateManifest(core, writer, standing, change);
    if (updated !== 'changed') return updated;
    const now = yield* original.readManifest(core);
    if (now === undefined) return updated;
    standing = now;
  }
};
