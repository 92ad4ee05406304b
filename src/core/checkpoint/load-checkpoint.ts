import type { LocalOperation } from '../../ports/local-store.ts';
import { log, type Core } from '../core.ts';
import type { Mismatch } from '../corruption/mismatch.ts';
import { LocalStoreDamage, NodeFailure } from '../failure.ts';
import { localKeyOfVersionPut, localPositionPut } from '../format/local-layout.ts';
import { localChunkPut, localLoadingPut } from '../format/local-loading.ts';
import { readManifest } from '../recover/locate-manifest.ts';
import { completed, setLocalStateAside } from '../recover/local-state.ts';
import type { Recovered } from '../recover/recovered.ts';
import { localWritesOfTables, tablesOf } from './checkpoint-tables.ts';
import { writeLocal } from '../recover/replay.ts';
import { loadTables, loadVersion } from '../state/load.ts';
import type { State } from '../state/state.ts';
import { all, type Task } from '../task.ts';
import { readChunkKeys, readProvedKeys, type KeysOfChunk, type Referenced } from '../store/read-reference.ts';
import type { KeyedChunk, LoadingRecord } from '../types/loading.ts';
import type { CheckpointReference, ChunkReference, Manifest } from '../types/log.ts';
import { createLoading } from '../values/loading.ts';
import { readCheckpointTree, unusable } from './checkpoint-tree.ts';
import { createLoadProgress, type LoadProgress } from './load-progress.ts';
import { loadHeldKeys } from './load-held-keys.ts';

/**
 * Recovery from a checkpoint: the keys of all its chunks. The values come later, so each chunk leaves an entry in the local store that says so. The
 * local store gets its position when all keys are there, so that a node that dies in between finds nothing it could take for whole; it goes on
 * where it was. A checkpoint with a damaged object is named and an older one is used: the log from there on is still in the
 * store. Nothing damaged is ever served.
 */

const chunksAtOnce = 32;
const keysBytesAtOnce = 8 * 1024 * 1024;

/**
 * Undefined: no checkpoint can be used; the log has to be read from its first slot.
 *
 * @param passedOver gets what stood in the way of each that could not be used
 */
export function* recoverFromCheckpoint(
  core: Core,
  manifest: Manifest,
  passedOver: Mismatch[],
): Task<Recovered | undefined> {
  const { databaseId } = manifest;
  for (const reference of manifest.checkpoints.toReversed()) {
    const recovered = yield* loadReferenced(core, reference, { own: databaseId, of: databaseId });
    if (typeof recovered !== 'string') {
      yield* writeLocal([localPositionPut(databaseId, recovered.position, core.digest)]);
      return recovered;
    }
    // Loading ends with the first damage: what else of it is damaged is not known.
    core.unusableObjects.add(reference.key);
    const { key } = reference;
    passedOver.push({ key, kind: 'damaged', what: recovered, scope: { kind: 'checkpoint', checkpoint: key } });
    log(core, 'error', 'checkpoint cannot be used; going back to the one before it', {
      checkpoint: reference.key,
      reason: recovered,
    });
    yield* setLocalStateAside(core, 'a checkpoint that was being loaded is damaged');
  }
  if (manifest.logFloor > 1) {
    yield* beginAgainIfCollected(core, manifest);
    throw new NodeFailure(
      `no checkpoint of the manifest can be used, and the log is kept from slot ${manifest.logFloor} on only: restore one of the objects named above`,
    );
  }
  return undefined;
}

/** What is missing may have been collected from outside since this recovery read the manifest: then there is a newer checkpoint. */
function* beginAgainIfCollected(core: Core, { checkpoints }: Manifest): Task<void> {
  const newest = (yield* readManifest(core))?.manifest.checkpoints.at(-1)?.slot ?? 0;
  if (newest > checkpoints.at(-1)!.slot) throw new LocalStoreDamage('checkpoints were collected during the recovery');
}

export interface DatabaseIds {
  /** Of this database: whose local store it is. */
  readonly own: Uint8Array;
  /** Of the checkpoint; undefined: any. */
  readonly of: Uint8Array | undefined;
}

/** Without a position in the local store. A text says what is damaged. */
export function* loadReferenced(
  core: Core,
  reference: CheckpointReference,
  ids: DatabaseIds,
): Task<Recovered | string> {
  const tree = yield* readCheckpointTree(core, reference, ids.of);
  if (typeof tree === 'string') return tree;
  const { checkpoint, pages } = tree;
  const references = pages.flatMap(({ chunks }) => chunks);
  const record: LoadingRecord = { databaseId: ids.own, checkpoint: reference, chunks: references.length };
  const { state, chunks: held } = yield* loadHeldKeys(core, record);
  const tables = tablesOf(checkpoint);
  loadTables(state, tables);
  const loadingRecord = references.length === 0 ? [] : [localLoadingPut(record, core.digest)];
  yield* writeLocal([...loadingRecord, ...localWritesOfTables(core, tables)]);
  const chunks = yield* loadKeys(
    core,
    state,
    references,
    held,
    createLoadProgress(core, 'keys', reference.key, references),
  );
  if (typeof chunks === 'string') return chunks;
  const { position, wallMs } = checkpoint;
  const loading = chunks.length === 0 ? undefined : createLoading(record, chunks);
  return completed(core, state, { ...tables, position, wallMs, loading });
}

/** While one batch is written to the local store the next is on its way. A text says what is damaged. */
function* loadKeys(
  core: Core,
  state: State,
  references: readonly ChunkReference[],
  held: readonly KeyedChunk[],
  progress: LoadProgress,
): Task<readonly KeyedChunk[] | string> {
  const loaded = [...held];
  if (held.length > 0) progress.loaded(references.slice(0, held.length));
  const batches = batchesOf(references.slice(held.length));
  let fetched = yield* readKeys(core, batches[0] ?? []);
  for (let next = 1; fetched.length > 0; next++) {
    const keys: KeysOfChunk[] = [];
    for (const chunk of fetched) {
      if (chunk.kind !== 'ok') return unusable(core, chunk);
      keys.push(chunk.value);
    }
    const batch = batches[next - 1]!;
    const chunks = keys.map((found, index) => keyedChunk(loaded.length + index, batch[index]!, found));
    loaded.push(...chunks);
    const [following] = yield* all([readKeys(core, batches[next] ?? []), storeKeys(core, state, keys, chunks)]);
    progress.loaded(batch);
    fetched = following!;
  }
  return loaded;
}

/** As many as are fetched at once: few enough, and small enough together. */
function batchesOf(references: readonly ChunkReference[]): readonly (readonly ChunkReference[])[] {
  const batches: ChunkReference[][] = [];
  let batchBytes = 0;
  for (const reference of references) {
    const batch = batches.at(-1);
    if (batch !== undefined && batch.length < chunksAtOnce && batchBytes + reference.keysBytes <= keysBytesAtOnce) {
      batch.push(reference);
      batchBytes += reference.keysBytes;
      continue;
    }
    batches.push([reference]);
    batchBytes = reference.keysBytes;
  }
  return batches;
}

function* readKeys(core: Core, references: readonly ChunkReference[]): Task<readonly Referenced<KeysOfChunk>[]> {
  return yield* all(references.map((reference) => readKeysOf(core, reference)));
}

/** An object that is damaged, or was found damaged or missing before, is believed only when the whole of it holds. */
function* readKeysOf(core: Core, reference: ChunkReference): Task<Referenced<KeysOfChunk>> {
  if (!core.unusableObjects.has(reference.key)) {
    const read = yield* readChunkKeys(core, reference);
    if (read.kind === 'ok' || read.kind === 'missing') return read;
  }
  return yield* readProvedKeys(core, reference);
}

function keyedChunk(index: number, reference: ChunkReference, { versions, keysHash }: KeysOfChunk): KeyedChunk {
  const first = versions[0]!;
  const last = versions.at(-1)!;
  return {
    index,
    reference,
    keysHash,
    first: { key: first.key, modRevision: first.modRevision, sub: first.sub },
    last: { key: last.key, modRevision: last.modRevision, sub: last.sub },
  };
}

function* storeKeys(
  core: Core,
  state: State,
  keys: readonly KeysOfChunk[],
  chunks: readonly KeyedChunk[],
): Task<readonly never[]> {
  const operations: LocalOperation[] = [];
  for (const { versions } of keys) {
    for (const version of versions) {
      operations.push(localKeyOfVersionPut(version, core.digest));
      loadVersion(state, version);
    }
  }
  for (const chunk of chunks) operations.push(localChunkPut(chunk, core.digest));
  yield* writeLocal(operations);
  return [];
}
