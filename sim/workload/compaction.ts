import { operationsOf, type Workload } from './workload.ts';

/** Compactions close behind the newest revision, under readers and watchers of the past. */
export const compaction: Workload = {
  name: 'compaction',
  does: 'compacts some revisions behind the newest one, logically and physically',
  generate: (draw, context) =>
    operationsOf('compaction', draw, context, Math.max(4, Math.ceil(context.operations / 15)), (own) => ({
      kind: 'compact-behind',
      keepRevisions: own.chance(0.3) ? 0 : own.between(1, 40),
      physical: own.chance(0.5),
    })),
};
