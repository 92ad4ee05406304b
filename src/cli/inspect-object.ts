/** One object of a store, or one file that holds such an object, decoded as far as its bytes can be trusted. */
import { createNodeCompression } from '../adapters/node-compression.ts';
import { openArchive, openArchiveSection } from '../core/format/archive.ts';
import { decodeCheckpoint } from '../core/format/checkpoint.ts';
import { decodeChunk } from '../core/format/chunk.ts';
import { decodeCondemned } from '../core/format/condemned.ts';
import { decodeControl } from '../core/format/control.ts';
import type { DamagedObject, Decoded } from '../core/format/damage.ts';
import { kindOfBytes } from '../core/format/envelope.ts';
import { contentHash } from '../core/format/hashes.ts';
import { kindOfKey, slotKey } from '../core/format/keys.ts';
import { readLocalLog } from '../core/format/local-log.ts';
import { decodeManifest } from '../core/format/manifest.ts';
import { decodeNode } from '../core/format/node.ts';
import { decodePage } from '../core/format/page.ts';
import { decodeSegment, decodeSegmentHeader } from '../core/format/segment.ts';
import { hexOf } from '../core/types/bytes.ts';
import type { Digest } from '../ports/digest.ts';
import {
  checkpointFields,
  chunkFields,
  condemnedFields,
  controlFields,
  frameFields,
  archivedSegmentFields,
  localLogFields,
  manifestFields,
  nodeFields,
  pageFields,
  segmentHeaderFields,
  type ArchivedSegmentFields,
  type CheckpointFields,
  type ChunkFields,
  type CondemnedFields,
  type ControlFields,
  type FrameFields,
  type LocalLogFields,
  type ManifestFields,
  type NodeFields,
  type PageFields,
  type SegmentHeaderFields,
} from './inspect-fields.ts';

/** Plain JSON, except that undefined members are left out. */
export type ObjectDescription = {
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Where it is set, `fields` hold only what is whole: a damaged segment's header, a damaged log file's good frames. */
  readonly damage: DamagedObject | undefined;
} & ObjectContent;

export type ObjectContent =
  | { readonly kind: 'control'; readonly fields: ControlFields | undefined }
  | { readonly kind: 'manifest'; readonly fields: ManifestFields | undefined }
  | { readonly kind: 'segment'; readonly fields: SegmentFields | undefined }
  | { readonly kind: 'archive'; readonly fields: ArchiveFields | undefined }
  | { readonly kind: 'checkpoint'; readonly fields: CheckpointFields | undefined }
  | { readonly kind: 'page'; readonly fields: PageFields | undefined }
  | { readonly kind: 'condemned'; readonly fields: CondemnedFields | undefined }
  | { readonly kind: 'chunk'; readonly fields: ChunkFields | undefined }
  | { readonly kind: 'node'; readonly fields: NodeFields | undefined }
  /** A file of frames from a node's disk. */
  | { readonly kind: 'local-log'; readonly fields: LocalLogFields }
  /** A scratch object of the start-up probe: its bytes mean nothing. */
  | { readonly kind: 'probe'; readonly fields: undefined }
  | { readonly kind: 'unknown'; readonly fields: undefined };

export interface SegmentFields {
  readonly header: SegmentHeaderFields;
  readonly frames: readonly FrameFields[] | undefined;
}

export interface ArchiveFields {
  readonly databaseId: string;
  readonly firstSlot: number;
  readonly lastSlot: number;
  readonly sections: number;
  readonly segments: readonly ArchivedSegmentFields[];
}

const compression = createNodeCompression();

type Described = ObjectContent & { readonly damage: DamagedObject | undefined };

/** The kind follows from the key; where that is none of the store's, as a file's path is, from the bytes. */
export function describeObject(key: string, bytes: Uint8Array, digest: Digest): ObjectDescription {
  const sha256 = hexOf(contentHash(bytes, digest));
  return { key, bytes: bytes.length, sha256, ...describe(key, bytes, digest) };
}

function describe(key: string, bytes: Uint8Array, digest: Digest): Described {
  const kind = kindOfKey(key) ?? kindOfBytes(bytes);
  switch (kind) {
    case 'control':
      return { kind, ...described(decodeControl(key, bytes, digest), controlFields) };
    case 'manifest':
      return { kind, ...described(decodeManifest(key, bytes, digest), manifestFields) };
    case 'archive':
      return { kind, ...describeArchive(key, bytes, digest) };
    case 'checkpoint':
      return { kind, ...described(decodeCheckpoint(key, bytes, digest), checkpointFields) };
    case 'chunk':
      return { kind, ...described(decodeChunk(key, bytes, digest, compression), chunkFields) };
    case 'page':
      return { kind, ...described(decodePage(key, bytes, digest), pageFields) };
    case 'condemned':
      return { kind, ...described(decodeCondemned(key, bytes, digest), condemnedFields) };
    case 'node':
      return { kind, ...described(decodeNode(key, bytes, digest), nodeFields) };
    case 'segment':
      return { kind, ...describeSegment(key, bytes, digest) };
    case 'frame': {
      const log = readLocalLog(key, bytes, digest);
      const damage = log.end.kind === 'damaged' ? log.end.damage : undefined;
      return { kind: 'local-log', fields: localLogFields(log), damage };
    }
    case 'probe':
      return { kind, fields: undefined, damage: undefined };
    case 'local-position':
    case 'local-loading':
    case undefined:
      return { kind: 'unknown', fields: undefined, damage: notOurs(key, bytes) };
  }
}

function described<Value, Fields>(
  decoded: Decoded<Value>,
  fieldsOf: (value: Value) => Fields,
): { fields: Fields | undefined; damage: DamagedObject | undefined } {
  if (decoded.kind === 'damaged') return { fields: undefined, damage: decoded.damage };
  return { fields: fieldsOf(decoded.value), damage: undefined };
}

function describeSegment(
  key: string,
  bytes: Uint8Array,
  digest: Digest,
): { fields: SegmentFields | undefined; damage: DamagedObject | undefined } {
  const decoded = decodeSegment(key, bytes, digest);
  if (decoded.kind === 'ok') {
    const { header, frames } = decoded.value;
    return { fields: { header: segmentHeaderFields(header), frames: frames.map(frameFields) }, damage: undefined };
  }
  const header = decodeSegmentHeader(key, bytes, digest);
  const fields = header.kind === 'ok' ? { header: segmentHeaderFields(header.value), frames: undefined } : undefined;
  return { fields, damage: decoded.damage };
}

/** Damage in a segment is the archive's; those before it are shown. */
function describeArchive(
  key: string,
  bytes: Uint8Array,
  digest: Digest,
): { fields: ArchiveFields | undefined; damage: DamagedObject | undefined } {
  const opened = openArchive(key, bytes, digest);
  if (opened.kind === 'damaged') return { fields: undefined, damage: opened.damage };
  const { index, lastSlot } = opened.value;
  const { databaseId, firstSlot, sections } = index;
  const segments: ArchivedSegmentFields[] = [];
  const fields = { databaseId: hexOf(databaseId), firstSlot, lastSlot, sections: sections.length, segments };
  for (let section = 0; section < sections.length; section++) {
    const contents = openArchiveSection(key, opened.value, section, compression);
    if (contents.kind === 'damaged') return { fields, damage: contents.damage };
    for (const content of contents.value) {
      const slot = firstSlot + segments.length;
      const decoded = decodeSegment(slotKey(slot), content, digest, { databaseId, slot });
      if (decoded.kind === 'damaged') return { fields, damage: decoded.damage };
      segments.push(archivedSegmentFields(decoded.value, content.length));
    }
  }
  return { fields, damage: undefined };
}

function notOurs(key: string, bytes: Uint8Array): DamagedObject {
  const first = hexOf(bytes.subarray(0, 4));
  const found = bytes.length === 0 ? 'no bytes' : `bytes that begin with ${first}`;
  return { key, reason: 'kind', offset: 0, expected: 'an object of a store, or a local log file', found };
}
