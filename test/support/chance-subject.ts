import type { Subject } from '../../sim/search/subject.ts';
import { subject as toy } from './toy-subject.ts';

/** A subject with a planted fault of ours: its third event draws from chance that no seed decides. */
export const subject: Subject = {
  ...toy,
  name: 'chance',
  run(scenario, options) {
    const result = toy.run(scenario, { ...options, traceLines: true });
    const lines = ['first', 'second', `drew ${Math.random()}`, 'last'];
    const trace = { hash: lines.join(' '), lines: options?.traceLines === true ? lines : undefined };
    return { ...result, trace };
  },
};
