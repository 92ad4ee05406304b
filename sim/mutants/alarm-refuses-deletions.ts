import * as original from '../../src/core/alarm/refused-by-alarms.ts';
import { clientErrors } from '../../src/core/types/error.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/alarm/refused-by-alarms.ts';

export const mutant: Mutant = {
  name: 'alarm-refuses-deletions',
  replaces: 'src/core/alarm/refused-by-alarms.ts',
  breaks: 'authorization',
  description: 'While there is no space nothing is deleted either, so that none can be given back.',
};

export const refusedByAlarms: typeof original.refusedByAlarms = (alarms, request) =>
  request.kind === 'delete-range' && alarms.some(({ alarm }) => alarm === 'nospace')
    ? clientErrors.noSpace
    : original.refusedByAlarms(alarms, request);
