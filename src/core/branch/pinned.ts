import type { Core } from '../core.ts';
import { NodeFailure } from '../failure.ts';
import { describeDamage } from '../format/damage.ts';
import { manifestKey } from '../format/keys.ts';
import { decodeManifest } from '../format/manifest.ts';
import type { HeldManifest } from '../recover/locate-manifest.ts';
import { readDecoded } from '../store/objects.ts';
import type { Task } from '../task.ts';
import { equalBytes } from '../types/bytes.ts';
import type { Manifest } from '../types/log.ts';

/**
 * Whether a branch is one: its parent's manifest keeps what the branch began as, under the branch's id. A manifest without that pin is what a
 * PUT left that came after the branch was deleted. What goes on for a database that was rolled back is that only while that one says so.
 */

/** Of any database of the family. */
export function* readManifestAt(core: Core, home: string): Task<HeldManifest | undefined> {
  const key = `/${home}${manifestKey}`;
  const read = yield* readDecoded(core, key, (body) => decodeManifest(key, body, core.digest));
  if (read.kind === 'missing') return undefined;
  if (read.kind === 'damaged') throw new NodeFailure(describeDamage(read.damage));
  if (read.value.home === home) return { manifest: read.value, etag: read.object.etag };
  throw new NodeFailure(`${key} was made for another place in its store: nothing can be told from it`);
}

/** The database whose log a branch leaves last; undefined: the manifest is no branch's. */
export function parentOf({ base }: Manifest): string | undefined {
  return base?.stretches.at(-1)!.home;
}

export function* isPinned(core: Core, manifest: Manifest): Task<boolean> {
  const home = parentOf(manifest);
  if (home === undefined) return true;
  const parent = (yield* readManifestAt(core, home))?.manifest;
  if (parent === undefined || !parent.pins.some(({ id }) => equalBytes(id, manifest.databaseId))) return false;
  const { predecessor } = manifest;
  if (predecessor === undefined) return true;
  const before = predecessor === home ? parent : (yield* readManifestAt(core, predecessor))?.manifest;
  return before?.successor === manifest.home;
}

/** Throws for a database that nobody may run any more. */
export function* checkAlive(core: Core, manifest: Manifest): Task<void> {
  if (manifest.removed) {
    throw new NodeFailure('this branch was deleted: what is left of it is kept for its branches alone');
  }
  if (yield* isPinned(core, manifest)) return;
  if (manifest.predecessor !== undefined) {
    throw new NodeFailure(
      `no rollback ended here: /${manifest.predecessor}${manifestKey} does not say that the database goes on at ${manifest.home}`,
    );
  }
  throw new NodeFailure(
    `this branch was deleted: /${parentOf(manifest)!}${manifestKey} does not keep what it began as`,
  );
}
