import type * as original from '../../src/core/restore/is-superseded.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/restore/is-superseded.ts';

export const mutant: Mutant = {
  name: 'superseded-database-served',
  replaces: 'src/core/restore/is-superseded.ts',
  breaks: 'durability',
  description: 'A node that takes over does not look whether the database goes on elsewhere, and serves what was left.',
};

export const isSuperseded: typeof original.isSuperseded = () => false;
