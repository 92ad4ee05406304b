import type * as original from '../../src/core/format/identity.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/format/identity.ts';

export const mutant: Mutant = {
  name: 'content-hash-not-checked',
  replaces: 'src/core/format/identity.ts',
  breaks: 'durability',
  description: 'Takes a chunk, page or checkpoint for what its name says without hashing it.',
};

export const checkContent: typeof original.checkContent = () => undefined;
