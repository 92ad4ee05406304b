import { log, type Core } from '../core.ts';
import { until, type Task } from '../task.ts';
import { createAutoCompactor } from './auto-compaction.ts';

export interface CompactEdges {
  /** The newest that is durable. */
  revision(): number;
  /** False: it was not taken now. */
  compact(revision: number): boolean;
}

/** Runs for as long as the reign. Who has nothing to compact by compacts nothing. */
export function* keepCompacting(core: Core, { revision, compact }: CompactEdges): Task<void> {
  const { autoCompaction } = core.configuration;
  if (autoCompaction === undefined) return;
  const compactor = createAutoCompactor(autoCompaction, revision(), core.at.monotonicMs);
  for (;;) {
    yield* until(core.at.monotonicMs + compactor.intervalMs);
    const due = compactor.due(revision(), core.at.monotonicMs);
    if (due === undefined) continue;
    if (compact(due)) {
      compactor.compacted(due, core.at.monotonicMs);
      log(core, 'info', 'compacted by itself', { revision: due, mode: autoCompaction.kind });
    } else {
      log(core, 'warn', 'not compacted by itself; tried again', { revision: due, mode: autoCompaction.kind });
    }
  }
}
