import { coreAt } from '../core-at.ts';
import type { Core } from '../core.ts';
import { readManifest } from '../recover/locate-manifest.ts';
import { linesBefore } from '../restore/follow-successors.ts';
import type { Task } from '../task.ts';
import type { Manifest } from '../types/log.ts';
import type { Retention } from '../types/retention.ts';
import { collectOnce, type Collection, type OutsideSettings } from './collect-once.ts';

/**
 * What rollbacks abandoned has no leader: who collects for the database that goes on collects there too, as from outside. It is kept as any history
 * is; and when the rollback itself is older than what is retained, nothing of it is kept but what pins need. Never a checkpoint or a slot that a
 * branch, or what goes on, began as.
 */
export function* collectLines(core: Core, settings: OutsideSettings): Task<Collection> {
  const own = yield* collectOnce(core, settings);
  const manifest = (yield* readManifest(core))?.manifest;
  return manifest === undefined ? own : sum([own, ...(yield* collectAbandoned(core, manifest, settings))]);
}

/** `manifest` is of the database that goes on. */
export function* collectAbandoned(
  core: Core,
  manifest: Manifest,
  settings: OutsideSettings,
): Task<readonly Collection[]> {
  const collections: Collection[] = [];
  const retention = settings.retention ?? manifest.retention;
  let after = manifest;
  for (const before of (yield* linesBefore(core, manifest)).toReversed()) {
    const forgotten = isOlder(retention, after.createdWallMs, manifest.checkpoints.at(-1)?.wallMs ?? 0);
    collections.push(yield* collectOnce(coreAt(core, before.home), { ...settings, retention, forgotten }));
    after = before;
  }
  return collections;
}

/** By the log's own time, as the newest checkpoint says it. */
function isOlder(retention: Retention, abandonedWallMs: number, nowWallMs: number): boolean {
  return retention.kind === 'age' && nowWallMs - abandonedWallMs > retention.milliseconds;
}

function sum(collections: readonly Collection[]): Collection {
  const total = (of: (collection: Collection) => number): number =>
    collections.reduce((so, collection) => so + of(collection), 0);
  return {
    condemned: {
      objects: total(({ condemned }) => condemned.objects),
      bytes: total(({ condemned }) => condemned.bytes),
    },
    checkpointsForgotten: total(({ checkpointsForgotten }) => checkpointsForgotten),
    slotsGivenUp: total(({ slotsGivenUp }) => slotsGivenUp),
    slotsArchived: total(({ slotsArchived }) => slotsArchived),
    deleted: { objects: total(({ deleted }) => deleted.objects), slots: total(({ deleted }) => deleted.slots) },
    waiting: { objects: total(({ waiting }) => waiting.objects) },
  };
}
