import type { Core } from '../core.ts';
import { decodeCheckpoint } from '../format/checkpoint.ts';
import { decodeChunk } from '../format/chunk.ts';
import { describeDamage, type Decoded } from '../format/damage.ts';
import { decodePage } from '../format/page.ts';
import { readDecoded } from './objects.ts';
import type { Task } from '../task.ts';
import type {
  Checkpoint,
  CheckpointReference,
  ChunkReference,
  ObjectReference,
  Page,
  PageReference,
} from '../types/log.ts';
import type { Version } from '../types/version.ts';

/** Objects that a reference names, held against all that the reference says. */

export type Referenced<Value> =
  | { readonly kind: 'ok'; readonly value: Value }
  /** `reason` is a sentence that begins with the object's key. */
  | { readonly kind: 'missing' | 'damaged' | 'mismatch'; readonly key: string; readonly reason: string };

export function* readCheckpoint(
  core: Core,
  reference: CheckpointReference,
  databaseId: Uint8Array | undefined,
): Task<Referenced<Checkpoint>> {
  const { key, hash } = reference;
  const read = yield* readReferenced(core, reference, (body) =>
    decodeCheckpoint(key, body, core.digest, { hash, databaseId }),
  );
  if (read.kind !== 'ok') return read;
  const { position, wallMs } = read.value;
  const found = {
    slot: position.slot,
    sequence: position.sequence,
    revision: position.revision,
    epoch: position.epoch,
  };
  const differing =
    found.slot !== reference.slot ||
    found.sequence !== reference.sequence ||
    found.revision !== reference.revision ||
    found.epoch !== reference.epoch ||
    wallMs !== reference.wallMs;
  if (!differing) return read;
  return {
    kind: 'mismatch',
    key,
    reason: `${key}: it is of slot ${found.slot}, sequence ${found.sequence}, revision ${found.revision}, epoch ${found.epoch}, but the manifest names it for slot ${reference.slot}, sequence ${reference.sequence}, revision ${reference.revision}, epoch ${reference.epoch}`,
  };
}

export function* readPage(core: Core, reference: PageReference): Task<Referenced<Page>> {
  const { key, hash, firstKey } = reference;
  const read = yield* readReferenced(core, reference, (body) => decodePage(key, body, core.digest, { hash }));
  if (read.kind !== 'ok') return read;
  const { chunks } = read.value;
  if (chunks.length !== reference.chunks) {
    return {
      kind: 'mismatch',
      key,
      reason: `${key}: ${chunks.length} chunks, its checkpoint says ${reference.chunks}`,
    };
  }
  if (chunks[0]?.firstKey === firstKey) return read;
  return { kind: 'mismatch', key, reason: `${key}: it begins with another key than its checkpoint says` };
}

export function* readChunk(core: Core, reference: ChunkReference): Task<Referenced<readonly Version[]>> {
  const { key, hash, firstKey, versions, keysBytes } = reference;
  const read = yield* readReferenced(core, reference, (body) =>
    decodeChunk(key, body, core.digest, core.configuration.compression, { hash, firstKey, versions, keysBytes }),
  );
  return read.kind === 'ok' ? { kind: 'ok', value: read.value.versions } : read;
}

/** The object, whole, with the size that its reference says. */
export function* readReferenced<Value>(
  core: Core,
  { key, bytes }: ObjectReference,
  decode: (body: Uint8Array) => Decoded<Value>,
): Task<Referenced<Value>> {
  const found = yield* readDecoded(core, key, decode);
  if (found.kind === 'missing') return { kind: 'missing', key, reason: `${key}: missing` };
  if (found.kind === 'damaged') return { kind: 'damaged', key, reason: describeDamage(found.damage) };
  const size = found.object.body.length;
  if (size === bytes) return { kind: 'ok', value: found.value };
  return { kind: 'mismatch', key, reason: `${key}: ${size} bytes, its reference says ${bytes}` };
}
