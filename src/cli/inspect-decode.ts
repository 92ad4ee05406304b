/** Any stored object from its bytes: by its key where that tells the kind, else by what the bytes say they are. */
import { decodeCheckpoint } from '../core/format/checkpoint.ts';
import { decodeChunk } from '../core/format/chunk.ts';
import { decodeControl } from '../core/format/control.ts';
import type { DamagedObject, Decoded } from '../core/format/damage.ts';
import { kindOfBytes } from '../core/format/envelope.ts';
import { kindOfKey } from '../core/format/keys.ts';
import { readLocalLog } from '../core/format/local-log.ts';
import { decodeManifest } from '../core/format/manifest.ts';
import { decodeSegment } from '../core/format/segment.ts';
import type { Digest } from '../ports/digest.ts';

export interface InspectedObject {
  readonly key: string;
  readonly kind: string;
  readonly bytes: number;
  /** What could be decoded: all of it, the good part of a local log, or nothing. */
  readonly content: unknown;
  readonly damage: DamagedObject | undefined;
  /** What a person should know that is no damage. */
  readonly note: string | undefined;
}

export function inspectObject(key: string, bytes: Uint8Array, digest: Digest): InspectedObject {
  const kind = kindOfKey(key) ?? kindOfBytes(bytes) ?? 'unknown';
  const base = { key, kind, bytes: bytes.length, note: undefined };
  if (kind === 'frame') return { ...base, ...inspectLocalLog(key, bytes, digest) };
  const decoded = decodeKind(kind, key, bytes, digest);
  if (decoded.kind === 'ok') return { ...base, content: decoded.value, damage: undefined };
  return { ...base, content: undefined, damage: decoded.damage };
}

function decodeKind(kind: string, key: string, bytes: Uint8Array, digest: Digest): Decoded<unknown> {
  switch (kind) {
    case 'control':
      return decodeControl(key, bytes, digest);
    case 'manifest':
      return decodeManifest(key, bytes, digest);
    case 'segment':
      return mapped(decodeSegment(key, bytes, digest), ({ header, hash, frames }) => ({
        ...header,
        segmentHash: hash,
        frames: frames.map(({ frame, hash: frameHash }) => ({ frameHash, ...frame })),
      }));
    case 'checkpoint':
      return decodeCheckpoint(key, bytes, digest);
    case 'chunk':
      return decodeChunk(key, bytes, digest);
    case 'probe':
      return { kind: 'ok', value: { purpose: 'scratch object of the check that a start makes; may be deleted' } };
    default:
      return { kind: 'damaged', damage: unknownObject(key, bytes) };
  }
}

function inspectLocalLog(
  file: string,
  bytes: Uint8Array,
  digest: Digest,
): Pick<InspectedObject, 'kind' | 'content' | 'damage' | 'note'> {
  const { frames, end } = readLocalLog(file, bytes, digest);
  const content = { frames: frames.map(({ frame, hash }) => ({ frameHash: hash, ...frame })) };
  const torn = end.kind === 'torn' ? end.goodBytes : undefined;
  const note = torn === undefined ? undefined : `the last append was torn at byte ${torn}: it was never acknowledged`;
  return { kind: 'local log', content, damage: end.kind === 'damaged' ? end.damage : undefined, note };
}

function unknownObject(key: string, bytes: Uint8Array): DamagedObject {
  const found = bytes.length === 0 ? 'nothing' : 'bytes of no kind that this release knows';
  return { key, reason: 'kind', offset: 0, expected: 'an object of a T4 database', found };
}

function mapped<From, To>(decoded: Decoded<From>, map: (value: From) => To): Decoded<To> {
  return decoded.kind === 'ok' ? { kind: 'ok', value: map(decoded.value) } : decoded;
}
