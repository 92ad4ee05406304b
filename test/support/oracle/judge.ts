/** Everything that a history has to satisfy. Each check is a file of its own and has a history planted that it must reject. */
import type { LogEntry, Operation, WatchObservation } from '../history/types.ts';
import { checkGuards } from './check-guards.ts';
import { checkLog } from './check-log.ts';
import { checkOrder } from './check-order.ts';
import { checkReads } from './check-reads.ts';
import { checkWatch } from './check-watch.ts';
import { checkWrites } from './check-writes.ts';
import { replayLog } from './replay.ts';

export interface History {
  readonly operations: readonly Operation[];
  /** Read back from the server, from the first revision to the last. */
  readonly log: readonly LogEntry[];
  readonly watches: readonly WatchObservation[];
  /** How far every watcher must have come. */
  readonly throughRevision: number;
}

/** Empty: nothing is wrong. */
export function judge({ operations, log, watches, throughRevision }: History): readonly string[] {
  const replay = replayLog(log);
  return [
    ...checkLog(log),
    ...checkWrites(operations, log, replay),
    ...checkOrder(operations, replay),
    ...checkReads(operations, replay),
    ...checkGuards(operations, replay),
    ...watches.flatMap((watch) => checkWatch(watch, log, throughRevision)),
  ];
}
