import { condemnedBy } from '../collect/condemned-names.ts';
import type { Core } from '../core.ts';
import { NodeFailure } from '../failure.ts';
import { manifestKey } from '../format/keys.ts';
import { readManifest, updateManifest, type HeldManifest } from '../recover/locate-manifest.ts';
import type { Reign } from '../reign/reign.ts';
import type { Task } from '../task.ts';
import { withCheckpoint } from './checkpoints-kept.ts';
import { mayNameCheckpoint, missesNothing } from './may-name-checkpoint.ts';
import type { WrittenCheckpoint } from './write-checkpoint.ts';

/**
 * Naming a checkpoint is one compare-and-swap of the manifest, on a version of which everything that it condemns was read. Who condemns
 * does the same: so one of the two sees the other. A list does not stay in the manifest for ever: every generation since the first of the objects was
 * uploaded has to be seen, or the next, in which its lists still are.
 */
export type Naming =
  | { readonly kind: 'named'; readonly held: HeldManifest }
  /** Some of it is condemned: these names are never to be used again, and what they held is to be written anew. */
  | { readonly kind: 'condemned'; readonly held: HeldManifest; readonly keys: readonly string[] }
  /** What is condemned cannot be read, so nothing can be proved to be left alone. */
  | { readonly kind: 'unreadable'; readonly held: HeldManifest; readonly reason: string }
  /** Others wrote the manifest several times meanwhile: whatever nothing names yet may have been condemned, and deleted. */
  | { readonly kind: 'missed'; readonly held: HeldManifest }
  | { readonly kind: 'deposed' };

export function* nameCheckpoint(
  core: Core,
  reign: Reign,
  first: HeldManifest,
  written: WrittenCheckpoint,
): Task<Naming> {
  const { reference } = written;
  const objects = objectsOf(written);
  const lists = new Map<string, readonly string[]>();
  for (let held = first; ;) {
    const condemned = yield* condemnedBy(core, held.manifest.condemned, lists);
    if (typeof condemned === 'string') {
      const now = yield* readAgain(core);
      if (now.etag === held.etag) return { kind: 'unreadable', held, reason: condemned };
      // Its list was taken out and deleted before it could be read.
      return { kind: 'missed', held: now };
    }
    if (!mayNameCheckpoint({ objects, condemned })) {
      return { kind: 'condemned', held, keys: condemned.filter((key) => objects.has(key)) };
    }
    const updated = yield* updateManifest(core, reign, held, (manifest) => ({
      ...manifest,
      checkpoints: withCheckpoint(manifest.checkpoints, reference),
    }));
    if (updated === 'deposed') return { kind: 'deposed' };
    if (updated !== 'changed') return { kind: 'named', held: updated };
    const now = yield* readAgain(core);
    // An attempt whose outcome was unknown did it after all.
    if (now.manifest.checkpoints.some(({ key }) => key === reference.key)) return { kind: 'named', held: now };
    if (!missesNothing(held.manifest.generation, now.manifest.generation)) return { kind: 'missed', held: now };
    held = now;
  }
}

function objectsOf({ reference, base }: WrittenCheckpoint): ReadonlySet<string> {
  const objects = new Set([reference.key]);
  for (const page of base.pages) {
    objects.add(page.reference.key);
    for (const { key } of page.chunks) objects.add(key);
  }
  return objects;
}

export function* readAgain(core: Core): Task<HeldManifest> {
  const held = yield* readManifest(core);
  if (held === undefined) throw new NodeFailure(`${manifestKey} is gone: somebody deletes from this prefix`);
  return held;
}
