import type * as original from '../../src/core/restore/served-until.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/restore/served-until.ts';

export const mutant: Mutant = {
  name: 'rollback-waits-for-nobody',
  replaces: 'src/core/restore/served-until.ts',
  breaks: 'linearizability',
  description:
    'A rollback does not wait for the former leader to know that it is none any more: that one answers reads from memory meanwhile.',
};

export const servedUntilMonotonicMs: typeof original.servedUntilMonotonicMs = (_observed, seenMonotonicMs) =>
  seenMonotonicMs;
