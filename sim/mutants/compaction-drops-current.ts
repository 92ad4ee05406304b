import * as original from '../../src/core/compact/obsolete.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/compact/obsolete.ts';

export const mutant: Mutant = {
  name: 'compaction-drops-current',
  replaces: 'src/core/compact/obsolete.ts',
  breaks: 'linearizability',
  description: 'A compaction drops the version that was current at its revision when a newer one follows.',
};

export const obsoleteVersions: typeof original.obsoleteVersions = (versions, compactRevision, countMax) => {
  const count = original.obsoleteVersions(versions, compactRevision, countMax);
  const next = versions[count];
  const replaced = versions.length > count + 1;
  return next !== undefined && next.modRevision <= compactRevision && replaced && count < countMax ? count + 1 : count;
};
