import * as original from '../../src/core/checkpoint/checkpoint-tables.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/checkpoint/checkpoint-tables.ts';

export const mutant: Mutant = {
  name: 'checkpoint-forgets-alarms',
  replaces: 'src/core/checkpoint/checkpoint-tables.ts',
  breaks: 'checkpoints',
  description: 'A checkpoint holds no alarms: who recovers from it takes writes for which there is no space.',
};

export const checkpointTablesOf: typeof original.checkpointTablesOf = (tables) => ({
  ...original.checkpointTablesOf(tables),
  alarms: [],
});
