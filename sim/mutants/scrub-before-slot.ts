import type * as original from '../../src/core/compact/may-scrub.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/compact/may-scrub.ts';

export const mutant: Mutant = {
  name: 'scrub-before-slot',
  replaces: 'src/core/compact/may-scrub.ts',
  breaks: 'linearizability',
  description: 'Drops what a compaction made obsolete although no slot holds the compaction.',
};

export const mayScrub: typeof original.mayScrub = ({ checkpointing, hashing }) => !checkpointing && !hashing;
