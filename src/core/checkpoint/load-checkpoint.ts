import type { LocalOperation } from '../../ports/local-store.ts';
import { log, type Core } from '../core.ts';
import { NodeFailure } from '../failure.ts';
import { decodeCheckpoint } from '../format/checkpoint.ts';
import { decodeChunk } from '../format/chunk.ts';
import { describeDamage } from '../format/damage.ts';
import { localLeasePut, localPositionPut, localWritesOfVersion } from '../format/local-layout.ts';
import { completed, setLocalStateAside } from '../recover/local-state.ts';
import type { Recovered } from '../recover/recovered.ts';
import { writeLocal } from '../recover/replay.ts';
import { loadLease, loadVersion } from '../state/load.ts';
import { createState } from '../state/state.ts';
import { readDecoded } from '../store/objects.ts';
import { all, type Task } from '../task.ts';
import type { Checkpoint, CheckpointReference, Chunk, ChunkReference, Manifest } from '../types/log.ts';

/**
 * Recovery from a checkpoint. The local store is filled chunk by chunk and gets its position last, so that a node that dies in
 * between finds nothing it could take for whole. A checkpoint with a damaged object is named and an older one is used: the log from
 * there on is still in the store. Nothing damaged is ever served.
 */

const chunksAtOnce = 4;

/** Undefined: no checkpoint can be used; the log has to be read from its first slot. */
export function* recoverFromCheckpoint(core: Core, manifest: Manifest): Task<Recovered | undefined> {
  for (const reference of manifest.checkpoints.toReversed()) {
    const recovered = yield* loadCheckpoint(core, manifest, reference);
    if (typeof recovered !== 'string') return recovered;
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
function* loadCheckpoint(core: Core, manifest: Manifest, reference: CheckpointReference): Task<Recovered | string> {
  const checkpoint = yield* readCheckpoint(core, manifest, reference);
  if (typeof checkpoint === 'string') return checkpoint;
  const state = createState();
  const leases = new Map<bigint, number>();
  const leaseWrites: LocalOperation[] = [];
  for (const { lease, ttlSeconds } of checkpoint.leases) {
    leases.set(lease, ttlSeconds);
    loadLease(state, lease, ttlSeconds);
    leaseWrites.push(localLeasePut(lease, ttlSeconds, core.digest));
  }
  for (let first = 0; first < checkpoint.chunks.length; first += chunksAtOnce) {
    const references = checkpoint.chunks.slice(first, first + chunksAtOnce);
    const chunks = yield* all(references.map((chunk) => readChunk(core, chunk)));
    for (const chunk of chunks) {
      if (typeof chunk === 'string') return chunk;
      const operations: LocalOperation[] = [];
      for (const version of chunk.versions) {
        operations.push(...localWritesOfVersion(version, core.digest));
        loadVersion(state, version);
      }
      yield* writeLocal(operations);
      for (const version of chunk.versions) if (version.version > 0) version.value = undefined;
    }
    log(core, 'info', 'loading checkpoint', {
      checkpoint: reference.key,
      chunks: first + references.length,
      of: checkpoint.chunks.length,
    });
  }
  yield* writeLocal([...leaseWrites, localPositionPut(manifest.databaseId, checkpoint.position, core.digest)]);
  return completed(core, state, leases, checkpoint.position, checkpoint.wallMs);
}

function* readCheckpoint(core: Core, manifest: Manifest, reference: CheckpointReference): Task<Checkpoint | string> {
  const expected = { hash: reference.hash, databaseId: manifest.databaseId };
  const read = yield* readDecoded(core, reference.key, (body) =>
    decodeCheckpoint(reference.key, body, core.digest, expected),
  );
  if (read.kind === 'missing') return `${reference.key} is missing`;
  if (read.kind === 'damaged') return describeDamage(read.damage);
  const { position } = read.value;
  if (position.slot !== reference.slot || position.sequence !== reference.sequence) {
    return `${reference.key} is a checkpoint of slot ${position.slot}, but the manifest names it for slot ${reference.slot}`;
  }
  return read.value;
}

function* readChunk(core: Core, reference: ChunkReference): Task<Chunk | string> {
  const read = yield* readDecoded(core, reference.key, (body) =>
    decodeChunk(reference.key, body, core.digest, { hash: reference.hash }),
  );
  if (read.kind === 'missing') return `${reference.key} is missing`;
  if (read.kind === 'damaged') return describeDamage(read.damage);
  return read.value;
}
