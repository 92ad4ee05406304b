import { log, type Core } from '../core.ts';
import { createScope, endsInTime, type Scope, type Task, type TaskEdges } from '../task.ts';
import type { ClientError } from '../types/error.ts';
import type { Leadership } from './leadership.ts';

/** How a leader that goes finishes what it has begun: as well as it can, and within bounds, for nobody leads meanwhile. */

/** False: not all that was admitted became durable in time. What is new is refused. */
export function* drainInTime(
  core: Core,
  life: Scope,
  leadership: Leadership,
  refusal: ClientError,
  untilMonotonicMs: number,
): Task<boolean> {
  const inTime = yield* endsInTime(life, leadership.drain(refusal), untilMonotonicMs);
  if (!inTime) log(core, 'warn', 'ended before everything admitted was durable; those requests got no answer');
  return inTime;
}

/** What is not named by then is left to the collector. */
export function* checkpointInTime(
  core: Core,
  edges: TaskEdges,
  leadership: Leadership,
  drainedByMs: number,
): Task<void> {
  const scope = createScope(edges);
  const untilMs = Math.min(drainedByMs, core.at.monotonicMs + core.configuration.leaseMs);
  const ended = yield* endsInTime(scope, leadership.lastCheckpoint(), untilMs);
  scope.cancel();
  if (!ended) log(core, 'info', 'stopped before a last checkpoint was written');
}
