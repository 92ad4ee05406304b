import { log, type Core } from '../core.ts';
import type { Standby } from '../recover/claim-epoch.ts';
import type { Task } from '../task.ts';
import { followSuccessors } from './follow-successors.ts';

/** The node stands by for what goes on for its database from then on. What it has of the former one is no cache of this: a recovery sets it aside. */
export function* goOnElsewhere(core: Core, standby: Standby): Task<void> {
  core.home = yield* followSuccessors(core);
  standby.observed = undefined;
  standby.reportedEpoch = 0;
  log(core, 'info', 'the database was rolled back: going on with what goes on for it', { home: core.home });
}
