import { log, type Core } from '../core.ts';
import { deleteObjects } from '../store/delete-objects.ts';
import type { Task } from '../task.ts';
import { aliveForMs } from './count-as-alive.ts';
import type { KnownNodes } from './known-nodes.ts';

/** Deletes what nodes left that have not been heard of for the whole grace period. One that lives after all writes its own anew. */
export function* forgetDead(core: Core, nodes: KnownNodes, graceMs: number): Task<void> {
  yield* nodes.look(core);
  const dead = [...nodes.seen].filter(
    ([, { node, sinceMonotonicMs }]) => core.at.monotonicMs - sinceMonotonicMs >= Math.max(graceMs, aliveForMs(node)),
  );
  if (dead.length === 0) return;
  yield* deleteObjects(
    core,
    dead.map(([key]) => key),
  );
  log(core, 'info', 'forgot nodes that have not been heard of', { nodes: dead.length });
}
