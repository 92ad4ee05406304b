import type { ObjectSummary } from '../../ports/object-store.ts';
import type { Core } from '../core.ts';
import { NodeFailure } from '../failure.ts';
import { call, type Task } from '../task.ts';
import { pause } from './backoff.ts';
import { reportProblem, settleProblem } from './objects.ts';
import { keyOfStoreKey, storeKeyOf } from './store-key.ts';

/** Listing below the database's home, or, with a slash in front, from the family's root; keys come back in the form of the prefix. */

const pageKeysMax = 1_000;

/** Up to `limit` keys with the prefix that sort after `after`, ascending. */
export function* listKeys(
  core: Core,
  prefix: string,
  after: string | undefined,
  limit: number,
): Task<readonly string[]> {
  return (yield* listObjects(core, prefix, after, limit)).map(({ key }) => key);
}

/** As `listKeys`, with what the store says of each. */
export function* listObjects(
  core: Core,
  prefix: string,
  after: string | undefined,
  limit: number,
): Task<readonly ObjectSummary[]> {
  const { home } = core;
  const objects: ObjectSummary[] = [];
  let last = after === undefined ? undefined : storeKeyOf(home, after);
  for (let attempt = 0; objects.length < limit;) {
    const page = Math.min(pageKeysMax, limit - objects.length);
    const options = last === undefined ? { limit: page } : { limit: page, after: last };
    const result = yield* call({ kind: 'object-list', prefix: storeKeyOf(home, prefix), options });
    if (result.kind === 'local-failed') throw new NodeFailure(result.message);
    if (result.outcome.kind === 'failed') {
      reportProblem(core, `LIST ${prefix}`, result.outcome.problem, attempt);
      yield* pause(core, attempt++);
      continue;
    }
    settleProblem(core);
    for (const object of result.outcome.objects) {
      objects.push({ ...object, key: keyOfStoreKey(home, object.key, prefix) });
    }
    last = result.outcome.objects.at(-1)?.key ?? last;
    if (!result.outcome.more) break;
  }
  return objects;
}
