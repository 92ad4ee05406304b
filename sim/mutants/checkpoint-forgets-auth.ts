import * as original from '../../src/core/checkpoint/checkpoint-tables.ts';
import { authInitial } from '../../src/core/auth/auth-state.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/checkpoint/checkpoint-tables.ts';

export const mutant: Mutant = {
  name: 'checkpoint-forgets-auth',
  replaces: 'src/core/checkpoint/checkpoint-tables.ts',
  breaks: 'checkpoints',
  description: 'A checkpoint holds no users and roles: who recovers from it asks nobody who they are.',
};

export const checkpointTablesOf: typeof original.checkpointTablesOf = (tables) => ({
  ...original.checkpointTablesOf(tables),
  auth: authInitial,
});
