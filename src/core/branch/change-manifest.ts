import { encodeManifest } from '../format/manifest.ts';
import { manifestKey } from '../format/keys.ts';
import type { Core } from '../core.ts';
import { Contention } from '../failure.ts';
import type { HeldManifest } from '../recover/locate-manifest.ts';
import { settledPut } from '../store/objects.ts';
import type { Task } from '../task.ts';
import type { Manifest } from '../types/log.ts';
import { readManifestAt } from './pinned.ts';

/**
 * A change of any manifest of the family from outside, by compare-and-swap, with the epoch that was read: no leader steps down over it, and
 * whoever wrote in between makes it begin again with what is there then.
 */
const attemptsMax = 50;

/** Undefined from `change`: there is nothing to do. Undefined returned: there is no such manifest. */
export function* changeManifest(
  core: Core,
  home: string,
  change: (manifest: Manifest) => Manifest | undefined,
): Task<Manifest | undefined> {
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const held = yield* readManifestAt(core, home);
    if (held === undefined) return undefined;
    const changed = change(held.manifest);
    if (changed === undefined) return held.manifest;
    const swapped = yield* swapManifest(core, held, changed);
    if (swapped !== undefined) return swapped;
  }
  throw new Contention(
    `/${home}${manifestKey} was changed by others in each of ${attemptsMax} attempts: try again later`,
  );
}

/** Undefined: somebody else wrote in between. */
export function* swapManifest(core: Core, held: HeldManifest, changed: Manifest): Task<Manifest | undefined> {
  const { epoch, generation, home } = held.manifest;
  const manifest = { ...changed, epoch, generation: generation + 1 };
  const condition = { kind: 'match', etag: held.etag } as const;
  const put = yield* settledPut(core, `/${home}${manifestKey}`, encodeManifest(manifest, core.digest), condition);
  return put.kind === 'ours' ? manifest : undefined;
}
