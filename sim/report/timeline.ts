import type { RunResult } from '../types/result.ts';
import { joinHistory, suspectsOf } from './joined.ts';
import { clientLanes } from './lanes/clients.ts';
import { epochLanes } from './lanes/epochs.ts';
import { faultLanes } from './lanes/faults.ts';
import type { Timeline } from './lanes/lane.ts';
import { nodeLanes } from './lanes/nodes.ts';
import { revisionLane } from './lanes/revisions.ts';
import { storeLanes } from './lanes/store.ts';
import { watchLanes } from './lanes/watches.ts';

/** The groups in the order in which one thing leads to another: who leads, what that does to nodes, what befell them, what clients saw. */
export function timelineOf(result: RunResult): Timeline {
  const joined = joinHistory(result);
  const source = { result, joined, suspects: suspectsOf(result) };
  const lanes = [
    ...epochLanes(source),
    ...revisionLane(source),
    ...nodeLanes(source),
    ...faultLanes(source),
    ...clientLanes(source),
    ...watchLanes(source),
    ...storeLanes(source),
  ];
  const { verdict } = result;
  const verdictMs = 'atMs' in verdict ? verdict.atMs : undefined;
  const last = Math.max(1, joined.endMs, verdictMs ?? 0, result.storeChanges.at(-1)?.atMs ?? 0);
  return { endMs: last, verdictMs, lanes };
}
