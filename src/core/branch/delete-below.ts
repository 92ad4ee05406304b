import { assert } from '../assert.ts';
import type { Core } from '../core.ts';
import { isHome, kindOfKey, manifestKey } from '../format/keys.ts';
import { deleteObjects } from '../store/delete-objects.ts';
import { listKeys } from '../store/list.ts';
import type { Task } from '../task.ts';

const keysPerListing = 1_000;

/** What is none of ours stays. */
export function* deleteBelow(core: Core, home: string): Task<void> {
  assert(home !== '' && isHome(home), 'what is deleted is below a branch’s home');
  let after: string | undefined;
  for (;;) {
    const keys = yield* listKeys(core, `/${home}`, after, keysPerListing);
    yield* deleteObjects(
      core,
      keys.filter((key) => kindOfKey(key) !== undefined && key !== `/${home}${manifestKey}`),
    );
    after = keys.at(-1);
    if (keys.length < keysPerListing) break;
  }
  yield* deleteObjects(core, [`/${home}${manifestKey}`]);
}
