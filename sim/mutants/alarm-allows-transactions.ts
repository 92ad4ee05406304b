import * as original from '../../src/core/alarm/refused-by-alarms.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/alarm/refused-by-alarms.ts';

export const mutant: Mutant = {
  name: 'alarm-allows-transactions',
  replaces: 'src/core/alarm/refused-by-alarms.ts',
  breaks: 'authorization',
  description: 'While there is no space, transactions go on putting.',
};

export const refusedByAlarms: typeof original.refusedByAlarms = (alarms, request) =>
  request.kind === 'txn' ? undefined : original.refusedByAlarms(alarms, request);
