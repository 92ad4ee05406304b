import type { Core } from '../core.ts';
import { NodeFailure } from '../failure.ts';
import { call, type Task } from '../task.ts';
import { pause } from './backoff.ts';
import { reportProblem, settleProblem } from './objects.ts';

const pageKeysMax = 1_000;

/** Up to `limit` keys with the prefix that sort after `after`, ascending. */
export function* listKeys(
  core: Core,
  prefix: string,
  after: string | undefined,
  limit: number,
): Task<readonly string[]> {
  const keys: string[] = [];
  let last = after;
  for (let attempt = 0; keys.length < limit;) {
    const page = Math.min(pageKeysMax, limit - keys.length);
    const options = last === undefined ? { limit: page } : { limit: page, after: last };
    const result = yield* call({ kind: 'object-list', prefix, options });
    if (result.kind === 'local-failed') throw new NodeFailure(result.message);
    if (result.outcome.kind === 'failed') {
      reportProblem(core, `LIST ${prefix}`, result.outcome.problem, attempt);
      yield* pause(core, attempt++);
      continue;
    }
    settleProblem(core);
    for (const object of result.outcome.objects) keys.push(object.key);
    last = keys.at(-1) ?? last;
    if (!result.outcome.more) break;
  }
  return keys;
}
