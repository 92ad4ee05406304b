import type { Core } from '../core.ts';
import { homesOfName, splitKey } from '../format/keys.ts';
import { listKeys } from '../store/list.ts';
import type { Task } from '../task.ts';
import type { Manifest } from '../types/log.ts';
import { isPinned, readManifestAt } from './pinned.ts';

/**
 * The branches that have a name now: at most one, but for the moment in which two are being made. What is left of deleted ones, or comes late
 * for them, is below other homes, and has no manifest that its parent still keeps anything for.
 */
export function* liveBranches(core: Core, name: string): Task<readonly Manifest[]> {
  const live: Manifest[] = [];
  for (const home of yield* homesNamed(core, name)) {
    const held = yield* readManifestAt(core, home);
    if (held === undefined || held.manifest.removed) continue;
    if (yield* isPinned(core, held.manifest)) live.push(held.manifest);
  }
  return live;
}

/** One LIST for each home that something is in, and one more. */
function* homesNamed(core: Core, name: string): Task<readonly string[]> {
  const prefix = `/${homesOfName(name)}`;
  const homes: string[] = [];
  let after: string | undefined;
  for (;;) {
    const [first] = yield* listKeys(core, prefix, after, 1);
    if (first === undefined) return homes;
    const { home } = splitKey(first);
    // Everything of ours below a home sorts before this.
    after = home === '' || homes.at(-1) === home ? first : `/${home}z`;
    if (home !== '' && homes.at(-1) !== home) homes.push(home);
  }
}
