import type { Core } from '../core.ts';
import { NodeFailure } from '../failure.ts';
import { call, type Task } from '../task.ts';
import { pause } from './backoff.ts';
import { reportProblem, settleProblem } from './objects.ts';
import { storeKeyOf } from './store-key.ts';

const deletesAtOnce = 1_000;

/** Deletes until the store has said of each that it is gone. A missing one is gone. */
export function* deleteObjects(core: Core, keys: readonly string[]): Task<void> {
  const { home } = core;
  let left = keys.map((key) => storeKeyOf(home, key));
  for (let attempt = 0; left.length > 0;) {
    const batch = left.slice(0, deletesAtOnce);
    const result = yield* call({ kind: 'object-delete', keys: batch });
    if (result.kind === 'local-failed') throw new NodeFailure(result.message);
    if (result.outcome.kind === 'ok') {
      settleProblem(core);
      left = left.slice(batch.length);
      attempt = 0;
      continue;
    }
    reportProblem(core, `DELETE ${batch.length} objects`, result.outcome.problem, attempt);
    left = [...result.outcome.failed, ...left.slice(batch.length)];
    yield* pause(core, attempt++);
  }
}
