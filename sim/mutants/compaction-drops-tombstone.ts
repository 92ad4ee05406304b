import * as original from '../../src/core/compact/obsolete.ts';
import { isTombstone } from '../../src/core/types/version.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/compact/obsolete.ts';

export const mutant: Mutant = {
  name: 'compaction-drops-tombstone',
  replaces: 'src/core/compact/obsolete.ts',
  breaks: 'watch reliability',
  description: 'A compaction drops the tombstone made at its own revision, which a watcher that starts there needs.',
};

export const obsoleteVersions: typeof original.obsoleteVersions = (versions, compactRevision, countMax) => {
  const count = original.obsoleteVersions(versions, compactRevision, countMax);
  const next = versions[count];
  const drops = next !== undefined && isTombstone(next) && next.modRevision <= compactRevision && count < countMax;
  return drops ? count + 1 : count;
};
