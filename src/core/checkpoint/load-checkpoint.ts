import type { LocalOperation } from '../../ports/local-store.ts';
import { log, type Core } from '../core.ts';
import { NodeFailure } from '../failure.ts';
import { localLeasePut, localPositionPut, localWritesOfVersion } from '../format/local-layout.ts';
import { completed, setLocalStateAside } from '../recover/local-state.ts';
import type { Recovered } from '../recover/recovered.ts';
import { writeLocal } from '../recover/replay.ts';
import { loadLease, loadVersion } from '../state/load.ts';
import { createState, type State } from '../state/state.ts';
import { all, type Task } from '../task.ts';
import { readChunk, type Referenced } from '../store/read-reference.ts';
import type { CheckpointReference, ChunkReference, Manifest } from '../types/log.ts';
import type { Version } from '../types/version.ts';
import { readCheckpointTree, unusable } from './checkpoint-tree.ts';
import { createLoadProgress, type LoadProgress } from './load-progress.ts';

/**
 * Recovery from a checkpoint. The local store is filled chunk by chunk and gets its position last, so that a node that dies in
 * between finds nothing it could take for whole. A checkpoint with a damaged object is named and an older one is used: the log from
 * there on is still in the store. Nothing damaged is ever served.
 */

const chunksAtOnce = 32;
const chunkBytesAtOnce = 8 * 1024 * 1024;

/** Undefined: no checkpoint can be used; the log has to be read from its first slot. */
export function* recoverFromCheckpoint(core: Core, manifest: Manifest): Task<Recovered | undefined> {
  for (const reference of manifest.checkpoints.toReversed()) {
    const recovered = yield* loadCheckpoint(core, manifest, reference);
    if (typeof recovered !== 'string') return recovered;
    // Loading ends with the first damage: what else of it is damaged is not known.
    core.unusableObjects.add(reference.key);
    log(core, 'error', 'checkpoint cannot be used; going back to the one before it', {
      checkpoint: reference.key,
      reason: recovered,
    });
    yield* setLocalStateAside(core, 'a checkpoint that was being loaded is damaged');
  }
  if (manifest.logFloor > 1) {
    throw new NodeFailure(
      `no checkpoint of the manifest can be used, and the log is kept from slot ${manifest.logFloor} on only: restore one of the objects named above`,
    );
  }
  return undefined;
}

/** A text says what is damaged. */
function* loadCheckpoint(
  core: Core,
  { databaseId }: Manifest,
  reference: CheckpointReference,
): Task<Recovered | string> {
  const recovered = yield* loadReferenced(core, reference, databaseId);
  if (typeof recovered === 'string') return recovered;
  yield* writeLocal([localPositionPut(databaseId, recovered.position, core.digest)]);
  return recovered;
}

/** Without a position in the local store. `databaseId` undefined: of any database. A text says what is damaged. */
export function* loadReferenced(
  core: Core,
  reference: CheckpointReference,
  databaseId: Uint8Array | undefined,
): Task<Recovered | string> {
  const tree = yield* readCheckpointTree(core, reference, databaseId);
  if (typeof tree === 'string') return tree;
  const { checkpoint, pages } = tree;
  const state = createState();
  const leases = new Map<bigint, number>();
  const leaseWrites: LocalOperation[] = [];
  for (const { lease, ttlSeconds } of checkpoint.leases) {
    leases.set(lease, ttlSeconds);
    loadLease(state, lease, ttlSeconds);
    leaseWrites.push(localLeasePut(lease, ttlSeconds, core.digest));
  }
  const references = pages.flatMap(({ chunks }) => chunks);
  const damage = yield* loadChunks(core, state, references, createLoadProgress(core, reference.key, references));
  if (damage !== undefined) return damage;
  yield* writeLocal(leaseWrites);
  return completed(core, state, leases, checkpoint.position, checkpoint.wallMs);
}

/** While one batch is written to the local store the next is on its way. A text says what is damaged. */
function* loadChunks(
  core: Core,
  state: State,
  references: readonly ChunkReference[],
  progress: LoadProgress,
): Task<string | undefined> {
  const batches = batchesOf(references);
  let fetched = yield* readChunks(core, batches[0] ?? []);
  for (let next = 1; fetched.length > 0; next++) {
    const chunks: (readonly Version[])[] = [];
    for (const chunk of fetched) {
      if (chunk.kind !== 'ok') return unusable(core, chunk);
      chunks.push(chunk.value);
    }
    const [following] = yield* all([readChunks(core, batches[next] ?? []), storeChunks(core, state, chunks)]);
    progress.loaded(batches[next - 1]!);
    fetched = following!;
  }
  return undefined;
}

/** As many as are fetched at once: few enough, and small enough together. */
function batchesOf(references: readonly ChunkReference[]): readonly (readonly ChunkReference[])[] {
  const batches: ChunkReference[][] = [];
  let batchBytes = 0;
  for (const reference of references) {
    const batch = batches.at(-1);
    if (batch !== undefined && batch.length < chunksAtOnce && batchBytes + reference.bytes <= chunkBytesAtOnce) {
      batch.push(reference);
      batchBytes += reference.bytes;
      continue;
    }
    batches.push([reference]);
    batchBytes = reference.bytes;
  }
  return batches;
}

function* readChunks(
  core: Core,
  references: readonly ChunkReference[],
): Task<readonly Referenced<readonly Version[]>[]> {
  return yield* all(references.map((reference) => readChunk(core, reference)));
}

function* storeChunks(core: Core, state: State, chunks: readonly (readonly Version[])[]): Task<readonly never[]> {
  const operations: LocalOperation[] = [];
  for (const versions of chunks) {
    for (const version of versions) {
      operations.push(...localWritesOfVersion(version, core.digest));
      loadVersion(state, version);
    }
  }
  yield* writeLocal(operations);
  for (const versions of chunks) {
    for (const version of versions) if (version.valueBytes > 0) version.value = undefined;
  }
  return [];
}
