import { log, type Core } from '../core.ts';
import type { Reign } from '../reign/reign.ts';
import { until, type Task } from '../task.ts';
import type { CheckedStatus } from '../types/response.ts';
import { checkStore } from './check-store.ts';
import type { Mismatch } from './mismatch.ts';
import type { ServedState } from './served-state.ts';

/** The leader's checks, at every interval, for as long as the reign. */
export interface CheckEdges {
  served(): ServedState;
  /** Values of a checkpoint are still to come: each is proved when it comes. */
  loading(): boolean;
  /** Raises the alarm, unless it is on. */
  raise(mismatch: Mismatch): void;
  checked(status: CheckedStatus): void;
}

const againMs = 1_000;
const topic: MismatchSource = 'corruption check';

/** Who met them: topics of what an operator should know. */
export type MismatchSource = 'recovery' | 'corruption check';

export function* keepChecking(core: Core, reign: Reign, edges: CheckEdges): Task<void> {
  const { corruptCheckMs } = core.configuration;
  if (corruptCheckMs === 0) return;
  let checks = 0;
  let waitMs = corruptCheckMs;
  for (;;) {
    yield* until(core.at.monotonicMs + waitMs);
    waitMs = Math.min(againMs, corruptCheckMs);
    if (edges.loading()) continue;
    log(core, 'debug', 'holding what is served against the object store');
    const checked = yield* checkStore(core, reign, edges.served);
    if (checked.kind === 'overtaken') {
      log(core, 'info', 'the check against the object store begins anew', { reason: checked.reason });
      continue;
    }
    waitMs = corruptCheckMs;
    checks += 1;
    const mismatches = checked.kind === 'differs' ? checked.mismatches : [];
    edges.checked({ checks, mismatches: mismatches.length });
    if (checked.kind === 'same') {
      core.problems.delete(topic);
      log(core, 'info', 'what is served is what the object store holds', { ...checked.extent });
      continue;
    }
    noteMismatches(core, topic, mismatches);
    edges.raise(mismatches[0]!);
  }
}

/** There is a new checkpoint: a start has no need any more of what this one did without. */
export function forgetPassedOver(core: Core): void {
  core.problems.delete('recovery');
}

/** Whoever leads next looks for itself. */
export function forgetMismatches(core: Core): void {
  core.problems.delete('recovery');
  core.problems.delete('corruption check');
}

const toldMax = 3;

/** Nothing new is made to rest on them, and an operator is told. */
export function noteMismatches(core: Core, source: MismatchSource, mismatches: readonly Mismatch[]): void {
  for (const { key, what } of mismatches) {
    core.unusableObjects.add(key);
    log(core, 'error', 'the object store does not hold what is served', { object: key, reason: what });
  }
  const told = mismatches.slice(0, toldMax).map(({ what }) => what);
  const more = mismatches.length > toldMax ? `; and ${mismatches.length - toldMax} more` : '';
  core.problems.set(source, `the object store does not hold what is served: ${told.join('; ')}${more}`);
}
