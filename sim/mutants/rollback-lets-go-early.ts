import type * as original from '../../src/core/restore/served-until.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/restore/served-until.ts';

export const mutant: Mutant = {
  name: 'rollback-lets-go-early',
  replaces: 'src/core/restore/served-until.ts',
  breaks: 'linearizability',
  description:
    'A rollback that fails gives its lease back at once, although the one before may still be counted on by its holder.',
};

export const mayLetGo: typeof original.mayLetGo = () => true;
