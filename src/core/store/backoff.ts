import type { Core } from '../core.ts';
import { until, type Task } from '../task.ts';

const backoffFirstMs = 25;
const backoffLastMs = 1_000;

/** Milliseconds to wait before attempt number `attempt` (0: the second try), doubling up to a second. */
export function backoffMs(attempt: number): number {
  let delay = backoffFirstMs;
  for (let doubled = 0; doubled < attempt && delay < backoffLastMs; doubled++) delay *= 2;
  return delay < backoffLastMs ? delay : backoffLastMs;
}

export function* pause(core: Core, attempt: number): Task<void> {
  yield* until(core.at.monotonicMs + backoffMs(attempt));
}
