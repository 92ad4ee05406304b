import type * as original from '../../src/core/watch/may-report.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/watch/may-report.ts';

export const mutant: Mutant = {
  name: 'progress-ahead-of-events',
  replaces: 'src/core/watch/may-report.ts',
  breaks: 'watch progress',
  description: 'Tells a watcher that lags behind of progress up to the newest revision.',
};

export const mayReport: typeof original.mayReport = (watcher, hubRevision) => watcher.startRevision <= hubRevision;
