import { archiveOldSlots, slotsToArchive, type Archived } from '../archive/archive-old-slots.ts';
import type { Core } from '../core.ts';
import { Contention, NodeFailure } from '../failure.ts';
import { manifestKey } from '../format/keys.ts';
import { isStanding, readManifest, type HeldManifest } from '../recover/locate-manifest.ts';
import type { Task } from '../task.ts';
import { condemn, type CollectSettings } from './condemn.ts';
import { ripeSlotsBelow } from './ripe-slots.ts';
import { sweep, type Ripe } from './sweep.ts';

/**
 * One collection from outside, beside whatever nodes and collectors are at work. It writes the manifest with the epoch that it read, so
 * a leader that came since makes it begin again, and it makes no leader step down.
 */
export interface OutsideSettings extends CollectSettings {
  /** By this machine's clock against the times in the manifest: it spares readers, and nothing else rests on it. */
  readonly graceMs: number;
}

export interface Collection {
  /** Nothing names them any more; deleted when the grace is over. */
  readonly condemned: Count;
  readonly checkpointsForgotten: number;
  readonly slotsGivenUp: number;
  /** Into archives. */
  readonly slotsArchived: number;
  /** Condemned before, and deleted now. */
  readonly deleted: Pick<Count, 'objects'> & { readonly slots: number };
  /** Condemned and not deleted yet: lists, and keys in them. */
  readonly waiting: Pick<Count, 'objects'>;
}

interface Count {
  readonly objects: number;
  readonly bytes: number;
}

const attemptsMax = 10;

export function* collectOnce(core: Core, settings: OutsideSettings): Task<Collection> {
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const held = yield* readManifest(core);
    if (held === undefined) throw new NodeFailure(`there is no database here: ${manifestKey} is missing`);
    const collection = yield* collect(core, held, settings);
    if (collection === 'changed') continue;
    if (collection.kind === 'collected') return collection.collection;
    // What another collector took away meanwhile is needed no more.
    if (!(yield* isStanding(core, collection.held))) continue;
    if (collection.kind === 'unarchived') throw new NodeFailure(`old slots were not archived: ${collection.reason}`);
    throw new NodeFailure(`nothing was deleted, because what is still needed cannot be told: ${collection.reason}`);
  }
  throw new Contention(
    `${manifestKey} was changed by others in each of ${attemptsMax} attempts: nothing was collected, try again later`,
  );
}

type Collected =
  | 'changed'
  | { readonly kind: 'collected'; readonly collection: Collection }
  | { readonly kind: 'unreadable' | 'unarchived'; readonly held: HeldManifest; readonly reason: string };

function* collect(core: Core, held: HeldManifest, settings: OutsideSettings): Task<Collected> {
  const writer = { epoch: held.manifest.epoch };
  const ripe = ripeNow(core, held, settings);
  // First what tells what is needed: where some of it cannot be read, not even what was condemned before is deleted.
  const condemned = yield* condemn(core, writer, held, settings);
  if (condemned.kind === 'unreadable') return { ...condemned, held };
  if (condemned.kind !== 'condemned') return 'changed';
  const { manifest, objects, bytes, checkpoints, slots } = condemned.condemnation;
  const swept = settings.dryRun
    ? {
        kind: 'swept' as const,
        manifest,
        objects: ripe.lists.reduce((sum, { count }) => sum + count, 0),
        slots: ripe.slotsBelow - held.manifest.logCollectedFloor,
      }
    : yield* sweep(core, writer, manifest, ripe);
  if (swept.kind === 'unreadable') return { ...swept, held: manifest };
  if (swept.kind !== 'swept') return 'changed';
  const archived = settings.dryRun
    ? wouldArchive(core, held, slots)
    : yield* archiveOldSlots(core, writer, swept.manifest, () => true);
  if (archived.kind === 'unreadable') return { ...archived, kind: 'unarchived', held: archived.manifest };
  if (archived.kind !== 'archived') return 'changed';
  const collection = {
    condemned: { objects, bytes },
    checkpointsForgotten: checkpoints,
    slotsGivenUp: slots,
    slotsArchived: archived.slots,
    deleted: { objects: swept.objects, slots: swept.slots },
    waiting: { objects: archived.manifest.manifest.condemned.reduce((sum, { count }) => sum + count, 0) },
  };
  return { kind: 'collected', collection };
}

/** With the floor where a collection would raise it. */
function wouldArchive(core: Core, held: HeldManifest, slotsGivenUp: number): Archived {
  const logFloor = held.manifest.logFloor + slotsGivenUp;
  return { kind: 'archived', manifest: held, slots: slotsToArchive(core, { ...held.manifest, logFloor }) };
}

function ripeNow(core: Core, { manifest }: HeldManifest, { graceMs }: OutsideSettings): Ripe {
  const isRipe = ({ wallMs }: { readonly wallMs: number }): boolean => wallMs <= core.at.wallMs - graceMs;
  return { lists: manifest.condemned.filter(isRipe), slotsBelow: ripeSlotsBelow(manifest, isRipe) };
}
