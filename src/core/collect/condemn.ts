import { log, type Core } from '../core.ts';
import { encodeCondemned } from '../format/condemned.ts';
import { contentHash } from '../format/hashes.ts';
import { archivesFrom, withSlotsCondemned } from '../archive/condemn-slots.ts';
import {
  archivePrefix,
  checkpointPrefix,
  chunkPrefix,
  condemnedKey,
  condemnedPrefix,
  controlKey,
  kindOfKey,
  manifestKey,
  pagePrefix,
} from '../format/keys.ts';
import { condemnedKeysMax, condemnedReferencesMax } from '../limits.ts';
import { updateManifest, type HeldManifest, type ManifestWriter } from '../recover/locate-manifest.ts';
import { freshAttempt } from '../store/fresh-attempt.ts';
import { listObjects } from '../store/list.ts';
import { settledPut } from '../store/objects.ts';
import type { Task } from '../task.ts';
import type { CondemnedReference, Manifest } from '../types/log.ts';
import type { Retention } from '../types/retention.ts';
import { readCondemned } from './condemned-names.ts';
import { keptCheckpoints, reachesBeyond } from './kept-checkpoints.ts';
import { logFloorOf } from './log-floor.ts';
import type { NameSet } from './name-set.ts';
import { reachableFrom } from './reachable.ts';

/**
 * The first half of a collection: what nothing names is condemned, by compare-and-swap on the very manifest that was read. Whoever
 * names something new meanwhile changes the manifest, and this collection comes to nothing.
 */
export interface CollectSettings {
  /** Undefined: as the manifest says. */
  readonly retention: Retention | undefined;
  /** A rollback abandoned the database, longer ago than anything is retained: only what pins need stays. */
  readonly forgotten?: boolean;
  /** Objects younger than this by the store's clock are passed over: they are likely to be named soon. Spares work, proves nothing. */
  readonly youngMs: number;
  /** Say what would go, and change nothing. */
  readonly dryRun: boolean;
}

export interface Condemnation {
  readonly manifest: HeldManifest;
  readonly objects: number;
  readonly bytes: number;
  readonly checkpoints: number;
  /** From the former floor up to, not including, the new one. */
  readonly slots: number;
}

export type Condemned =
  | { readonly kind: 'condemned'; readonly condemnation: Condemnation }
  /** Somebody else wrote the manifest meanwhile. */
  | { readonly kind: 'changed' }
  | { readonly kind: 'deposed' }
  /** Nothing is deleted while something that says what is needed cannot be read. */
  | { readonly kind: 'unreadable'; readonly reason: string };

export function* condemn(
  core: Core,
  writer: ManifestWriter,
  held: HeldManifest,
  settings: CollectSettings,
): Task<Condemned> {
  const { manifest } = held;
  const isForgotten = settings.forgotten === true;
  const retention = settings.retention ?? manifest.retention;
  const retained = keptCheckpoints(manifest.checkpoints, retention);
  const checkpoints = isForgotten ? [] : retained;
  const reachesFirst = !isForgotten && reachesBeyond(manifest.checkpoints, retention);
  const needed = isForgotten ? manifest.checkpoints.slice(-1) : retained;
  const logFloor = reachesFirst ? manifest.logFloor : logFloorOf(manifest.logFloor, needed, manifest.pins);
  const reached = yield* reachableFrom(core, {
    ...manifest,
    checkpoints,
    archives: archivesFrom(manifest.archives, logFloor),
  });
  if (reached.kind === 'unreadable') return reached;
  for (const reference of manifest.condemned) {
    const keys = yield* readCondemned(core, reference);
    if (typeof keys === 'string') return { kind: 'unreadable', reason: keys };
    for (const key of keys) reached.names.add(key);
  }
  const found = yield* findUnreachable(core, manifest, reached.names, yield* notYoungSince(core, settings));
  const condemnation = {
    manifest: held,
    objects: found.keys.length,
    bytes: found.bytes,
    checkpoints: manifest.checkpoints.length - checkpoints.length,
    slots: logFloor - manifest.logFloor,
  };
  const nothing = condemnation.objects === 0 && condemnation.checkpoints === 0 && condemnation.slots === 0;
  if (nothing || settings.dryRun) return { kind: 'condemned', condemnation };
  const list = found.keys.length === 0 ? [] : [yield* writeList(core, manifest, found.keys)];
  const updated = yield* updateManifest(core, writer, held, (current) => ({
    ...withSlotsCondemned({ ...current, logFloor, archives: archivesFrom(current.archives, logFloor) }, core.at.wallMs),
    checkpoints,
    condemned: [...current.condemned, ...list],
  }));
  if (updated === 'changed' || updated === 'deposed') return { kind: updated };
  log(core, 'info', 'condemned what nothing names any more', {
    objects: condemnation.objects,
    bytes: condemnation.bytes,
    checkpoints: condemnation.checkpoints,
    logFloor,
  });
  return { kind: 'condemned', condemnation: { ...condemnation, manifest: updated } };
}

/** By the store's clock alone, as it stamped what is written all the time: another clock may be years off. */
function* notYoungSince(core: Core, { youngMs }: CollectSettings): Task<number> {
  if (youngMs === 0) return Number.POSITIVE_INFINITY;
  let newestMs = 0;
  for (const root of [controlKey, manifestKey]) {
    const [object] = yield* listObjects(core, root, undefined, 1);
    if (object?.key === root) newestMs = Math.max(newestMs, object.lastModifiedMs);
  }
  return newestMs - youngMs;
}

const collectedPrefixes = [archivePrefix, checkpointPrefix, chunkPrefix, condemnedPrefix, pagePrefix] as const;
const objectsPerPage = 1_000;

interface Unreachable {
  /** Ascending. */
  readonly keys: readonly string[];
  readonly bytes: number;
}

/** As many as may be condemned now: none while there is no room for another list. */
function* findUnreachable(
  core: Core,
  { home, condemned }: Manifest,
  reachable: NameSet,
  notAfterMs: number,
): Task<Unreachable> {
  const keysMax = condemned.length < condemnedReferencesMax ? condemnedKeysMax : 0;
  const keys: string[] = [];
  let bytes = 0;
  for (const prefix of collectedPrefixes) {
    let after: string | undefined;
    for (;;) {
      const objects = yield* listObjects(core, prefix, after, objectsPerPage);
      for (const { key, size, lastModifiedMs } of objects) {
        // What is none of ours is nobody's to delete.
        if (kindOfKey(key) === undefined || lastModifiedMs > notAfterMs) continue;
        const absolute = `/${home}${key}`;
        if (reachable.has(absolute) || keys.length === keysMax) continue;
        keys.push(absolute);
        bytes += size;
      }
      after = objects.at(-1)?.key;
      if (objects.length < objectsPerPage) break;
    }
  }
  return { keys, bytes };
}

function* writeList(core: Core, manifest: Manifest, keys: readonly string[]): Task<CondemnedReference> {
  const body = encodeCondemned({ databaseId: manifest.databaseId, keys }, core.digest);
  const hash = contentHash(body, core.digest);
  const key = condemnedKey(manifest.home, hash, freshAttempt(core));
  yield* settledPut(core, key, body, { kind: 'absent' });
  return {
    key,
    hash,
    bytes: body.length,
    generation: manifest.generation + 1,
    wallMs: core.at.wallMs,
    count: keys.length,
  };
}
