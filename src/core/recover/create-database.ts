import { checkAlive } from '../branch/pinned.ts';
import { drawId, log, type Core } from '../core.ts';
import { NodeFailure } from '../failure.ts';
import { encodeControl } from '../format/control.ts';
import { encodeManifest } from '../format/manifest.ts';
import { controlKey, logPrefix, manifestKey } from '../format/keys.ts';
import { settledPut } from '../store/objects.ts';
import type { Task } from '../task.ts';
import { hexOf } from '../types/bytes.ts';
import type { Control, Manifest } from '../types/log.ts';
import { retentionDefault } from '../types/retention.ts';
import { listKeys } from '../store/list.ts';
import { readControl } from '../reign/control-object.ts';
import { readManifest } from './locate-manifest.ts';

/**
 * Makes the database under an empty prefix: first the manifest, which carries the id, then `control`, which opens it. A node that
 * dies in between leaves a manifest of epoch 0, which the next one goes on from. Any other store without `control` has lost it.
 */
export function* createDatabase(core: Core): Task<void> {
  const manifest = (yield* readManifest(core))?.manifest ?? (yield* createManifest(core));
  yield* checkAlive(core, manifest);
  const segments = yield* listKeys(core, logPrefix, undefined, 1);
  if (manifest.epoch > 0 || segments.length > 0) {
    // Another node may have made the database, and led it, since this one looked.
    if ((yield* readControl(core)) !== undefined) return;
    throw controlLost(
      segments.length > 0 ? `the log holds ${segments[0]}` : 'the manifest says that the database has been led before',
    );
  }
  yield* settledPut(core, controlKey, encodeControl(controlOfNew(core, manifest.databaseId), core.digest), {
    kind: 'absent',
  });
  log(core, 'info', 'database created', { databaseId: hexOf(manifest.databaseId) });
}

/** Of a database that nobody has led. */
export function controlOfNew(core: Core, databaseId: Uint8Array): Control {
  return {
    databaseId,
    epoch: 0,
    leader: undefined,
    released: true,
    heir: undefined,
    leaseMs: core.configuration.leaseMs,
    renewal: 0,
    rule: 'object',
    inSync: [],
    durableSlot: 0,
  };
}

function* createManifest(core: Core): Task<Manifest> {
  const { home } = core;
  if (home !== '') throw new NodeFailure(`there is no branch at ${home}, or it was deleted: a node makes none`);
  const manifest = manifestOfNew(core, drawId(core));
  const put = yield* settledPut(core, manifestKey, encodeManifest(manifest, core.digest), { kind: 'absent' });
  if (put.kind === 'ours') return manifest;
  const other = yield* readManifest(core);
  if (other === undefined)
    throw new NodeFailure(`${manifestKey} was there and is gone: somebody deletes from this prefix`);
  return other.manifest;
}

/** Of a database that begins empty. */
export function manifestOfNew(core: Core, databaseId: Uint8Array): Manifest {
  return {
    databaseId,
    epoch: 0,
    generation: 0,
    createdWallMs: core.at.wallMs,
    logInflightMax: core.configuration.logInflightMax,
    logFloor: 1,
    logCollectedFloor: 1,
    archives: [],
    condemnedSlots: [],
    retention: core.configuration.retention ?? retentionDefault,
    checkpoints: [],
    condemned: [],
    home: core.home,
    base: undefined,
    pins: [],
    successor: undefined,
    predecessor: undefined,
    removed: false,
  };
}

function controlLost(evidence: string): NodeFailure {
  return new NodeFailure(
    `${controlKey} is missing, but ${evidence}. Starting anew would hide the database: restore this object from a version or a ` +
      'backup of the bucket, or give another prefix.',
  );
}
