import { log, type Core } from '../core.ts';
import { createScope, endsInTime, type Task, type TaskEdges } from '../task.ts';
import type { Reign } from './reign.ts';
import { writeControl } from './renew.ts';

/** Best effort, bounded: a candidate that finds the lease given back need not wait for it to lapse. Only the heir may take one that is left to it. */
export function* giveLeaseBack(core: Core, edges: TaskEdges, reign: Reign, heir: bigint | undefined): Task<void> {
  const scope = createScope(edges);
  yield* endsInTime(scope, release(core, reign, heir), core.at.monotonicMs + core.configuration.leaseMs);
  scope.cancel();
}

function* release(core: Core, reign: Reign, heir: bigint | undefined): Task<void> {
  const verdict = yield* writeControl(core, reign, { ...reign.control, released: true, heir });
  if (verdict === 'written') log(core, 'info', 'lease given back', { epoch: reign.epoch });
}
