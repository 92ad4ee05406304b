import type { Core } from '../core.ts';
import { decodeCheckpoint } from '../format/checkpoint.ts';
import { decodeChunk, decodeChunkKeys } from '../format/chunk.ts';
import { describeDamage, type Decoded } from '../format/damage.ts';
import { decodePage } from '../format/page.ts';
import { readDecoded } from './objects.ts';
import type { Task } from '../task.ts';
import { equalBytes } from '../types/bytes.ts';
import type { ContentOfChunk, KeyedChunk } from '../types/loading.ts';
import type { Checkpoint, CheckpointReference, Chunk, ObjectReference, Page, PageReference } from '../types/log.ts';
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

export function* readChunk(core: Core, reference: ContentOfChunk): Task<Referenced<readonly Version[]>> {
  const read = yield* readReferenced(core, reference, (body) => decodeWhole(core, reference, body));
  return read.kind === 'ok' ? { kind: 'ok', value: read.value.versions } : read;
}

function decodeWhole(core: Core, reference: ContentOfChunk, body: Uint8Array): Decoded<Chunk> {
  const { key, hash, firstKey, versions, keysBytes } = reference;
  const expected = { hash, firstKey, versions, keysBytes };
  return decodeChunk(key, body, core.digest, core.configuration.compression, expected);
}

export interface KeysOfChunk {
  readonly versions: readonly Version[];
  /** SHA-256 of the bytes that hold the keys. */
  readonly keysHash: Uint8Array;
}

/** The first bytes of the object alone: no hash vouches for them yet. */
export function* readChunkKeys(core: Core, reference: ContentOfChunk): Task<Referenced<KeysOfChunk>> {
  const { key, keysBytes } = reference;
  const { compression } = core.configuration;
  const decode = (body: Uint8Array) => decodeChunkKeys(key, body, core.digest, compression, reference);
  const found = yield* readDecoded(core, key, decode, { start: 0, end: keysBytes });
  if (found.kind === 'missing') return { kind: 'missing', key, reason: `${key}: missing` };
  if (found.kind === 'damaged') return { kind: 'damaged', key, reason: describeDamage(found.damage) };
  const { body } = found.object;
  if (body.length === keysBytes) {
    return { kind: 'ok', value: { versions: found.value, keysHash: core.digest.sha256(body) } };
  }
  return { kind: 'mismatch', key, reason: `${key}: keys of ${body.length} bytes, its reference says ${keysBytes}` };
}

/** The same from the whole object, which the hash in the reference vouches for. */
export function* readProvedKeys(core: Core, reference: ContentOfChunk): Task<Referenced<KeysOfChunk>> {
  return yield* readReferenced(core, reference, (body) => {
    const decoded = decodeWhole(core, reference, body);
    if (decoded.kind !== 'ok') return decoded;
    const versions = decoded.value.versions.map((version) => ({ ...version, value: emptyOrAbsent(version) }));
    return { kind: 'ok', value: { versions, keysHash: core.digest.sha256(body.subarray(0, reference.keysBytes)) } };
  });
}

function emptyOrAbsent({ value, valueBytes }: Version): Uint8Array | undefined {
  return valueBytes === 0 ? value : undefined;
}

/** The whole of a chunk whose keys were read before: they have to be the keys of this very object. */
export function* readKeyedChunk(core: Core, { reference, keysHash }: KeyedChunk): Task<Referenced<readonly Version[]>> {
  const { key, keysBytes } = reference;
  const read = yield* readReferenced(core, reference, (body) => {
    const decoded = decodeWhole(core, reference, body);
    if (decoded.kind !== 'ok') return decoded;
    const isSame = equalBytes(core.digest.sha256(body.subarray(0, keysBytes)), keysHash);
    return { kind: 'ok', value: isSame ? decoded.value.versions : undefined };
  });
  if (read.kind !== 'ok') return read;
  if (read.value !== undefined) return { kind: 'ok', value: read.value };
  return { kind: 'mismatch', key, reason: `${key}: it does not begin with the keys that were read from it before` };
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
