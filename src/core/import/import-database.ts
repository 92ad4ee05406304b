import { writeCheckpoint } from '../checkpoint/write-checkpoint.ts';
import { drawId, log, type Core } from '../core.ts';
import { NodeFailure } from '../failure.ts';
import { frameHashInitial, zeroHash } from '../format/hashes.ts';
import { manifestKey } from '../format/keys.ts';
import { encodeManifest } from '../format/manifest.ts';
import { hashState } from '../hash/hash-state.ts';
import { manifestOfNew } from '../recover/create-database.ts';
import { settledPut } from '../store/objects.ts';
import type { State } from '../state/state.ts';
import { until, type Task } from '../task.ts';
import { hexOf } from '../types/bytes.ts';
import type { LogPosition, Manifest } from '../types/log.ts';
import type { Version } from '../types/version.ts';
import { createValueCache } from '../values/value-cache.ts';
import { findObstacle } from './find-obstacle.ts';
import type { ImportContent } from './import-content.ts';
import { loadImported } from './load-imported.ts';

/**
 * Makes a database of somebody else's state: a checkpoint of it, then a manifest that names it. The manifest is one conditional PUT, and the last
 * thing written: before it there is no database here, after it there is the whole one.
 *
 * To whoever opens it, it is a database that was led once, whose only slot is collected: the checkpoint is of slot 1, the log begins with slot 2.
 */
export type Imported =
  | {
      readonly kind: 'imported';
      readonly databaseId: Uint8Array;
      readonly revision: number;
      readonly compactRevision: number;
      /** etcd's hash of the newest revision, of what was read. */
      readonly hash: number;
      /** It is the one that its owner has, too. */
      readonly isCompared: boolean;
      readonly keys: number;
      /** That the database holds: without those that the compaction makes obsolete. */
      readonly versions: number;
      readonly leases: number;
      readonly leasesMissing: number;
      readonly users: number;
      readonly roles: number;
      readonly objects: number;
      readonly bytes: number;
    }
  /** There is something already, or somebody made a database here meanwhile. */
  | { readonly kind: 'occupied'; readonly key: string }
  /** What was read is not what its owner holds. */
  | { readonly kind: 'differs'; readonly revision: number; readonly hash: number; readonly expected: number };

const checkpointSlot = 1;

export function* importDatabase(core: Core, content: ImportContent): Task<Imported> {
  const obstacle = yield* findObstacle(core);
  if (obstacle !== undefined) return { kind: 'occupied', key: obstacle };
  const databaseId = drawId(core);
  const { state, tables, leasesMissing } = yield* loadImported(core, content);
  const { revision, compactRevision } = state;
  const values = valuesOf(core, content);
  log(core, 'info', 'computing the hash of what was read', { revision });
  const hash = yield* hashState(core, state, values, { revision, compactRevision }, () => true);
  const compared = compareHash(content, state, hash!);
  if (compared.kind === 'differs') return compared;
  const position = positionOfImport(core, databaseId, state);
  const written = yield* writeCheckpoint(core, {
    databaseId,
    recovered: {
      ...tables,
      state,
      position,
      wallMs: core.at.wallMs,
      loading: undefined,
      values: createValueCache(0),
      nextSlot: checkpointSlot + 1,
    },
    values,
    base: undefined,
    previous: undefined,
    unnamed: new Map(),
    began: () => undefined,
  });
  if (typeof written === 'string') throw new NodeFailure(written);
  const manifest: Manifest = {
    ...manifestOfNew(core, databaseId),
    logFloor: checkpointSlot + 1,
    logCollectedFloor: checkpointSlot + 1,
    checkpoints: [written.reference],
  };
  const put = yield* settledPut(core, manifestKey, encodeManifest(manifest, core.digest), { kind: 'absent' });
  if (put.kind !== 'ours') return { kind: 'occupied', key: manifestKey };
  log(core, 'info', 'database imported', { databaseId: hexOf(databaseId), revision });
  return {
    kind: 'imported',
    databaseId,
    revision,
    compactRevision,
    hash: hash!,
    isCompared: compared.kind === 'same',
    keys: state.keys,
    versions: written.base.pages.reduce(
      (sum, { chunks }) => chunks.reduce((ofPage, chunk) => ofPage + chunk.versions, sum),
      0,
    ),
    leases: tables.leases.size,
    leasesMissing,
    users: tables.auth.users.size,
    roles: tables.auth.roles.size,
    objects: written.objectsUploaded + 1,
    bytes: written.bytesUploaded,
  };
}

type Compared = { readonly kind: 'same' | 'not-comparable' } | Extract<Imported, { readonly kind: 'differs' }>;

/** Hashes of one revision compare where they rest on the same compaction. */
function compareHash({ expected }: ImportContent, { revision, compactRevision }: State, hash: number): Compared {
  if (expected?.revision !== revision || expected.compactRevision !== compactRevision)
    return { kind: 'not-comparable' };
  return expected.hash === hash ? { kind: 'same' } : { kind: 'differs', revision, hash, expected: expected.hash };
}

function positionOfImport(core: Core, databaseId: Uint8Array, { revision, compactRevision }: State): LogPosition {
  return {
    slot: checkpointSlot,
    segmentHash: zeroHash,
    frameHash: frameHashInitial(databaseId, core.digest),
    epoch: 0,
    sequence: 0,
    revision,
    compactRevision,
  };
}

/** Read where they are, at the moment that they are needed; whoever interrupts goes first. */
function valuesOf(core: Core, content: ImportContent) {
  return {
    *read(versions: readonly Version[]): Task<ReadonlyMap<Version, Uint8Array>> {
      yield* until(core.at.monotonicMs);
      return new Map(versions.map((version) => [version, content.readValue(version)]));
    },
  };
}
