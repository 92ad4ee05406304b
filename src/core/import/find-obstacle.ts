import type { Core } from '../core.ts';
import { archivePrefix, branchPrefix, condemnedPrefix, controlKey, logPrefix, manifestKey } from '../format/keys.ts';
import { readObject } from '../store/objects.ts';
import { listKeys } from '../store/list.ts';
import type { Task } from '../task.ts';

/**
 * Whether a database may be made here: only where there is none, nor anything that only a database leaves behind. What an import left that was
 * interrupted is no obstacle: nothing names it, and the collector takes it.
 */

/** The key of what is in the way. */
export function* findObstacle(core: Core): Task<string | undefined> {
  for (const key of [controlKey, manifestKey]) {
    if ((yield* readObject(core, key)) !== undefined) return key;
  }
  for (const prefix of [logPrefix, branchPrefix, archivePrefix, condemnedPrefix]) {
    const [found] = yield* listKeys(core, prefix, undefined, 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
