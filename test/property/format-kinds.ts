import fc from 'fast-check';
import { createNodeDigest } from '../../src/adapters/node-digest.ts';
import { encodeArchiveSection, openArchive, openArchiveSection, sealArchive } from '../../src/core/format/archive.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/core/format/checkpoint.ts';
import { decodeChunk, encodeChunk } from '../../src/core/format/chunk.ts';
import { decodeCondemned, encodeCondemned } from '../../src/core/format/condemned.ts';
import { decodeControl, encodeControl } from '../../src/core/format/control.ts';
import type { Decoded } from '../../src/core/format/damage.ts';
import { decodeFrame, encodeFrame } from '../../src/core/format/frame.ts';
import { frameHash } from '../../src/core/format/hashes.ts';
import { controlKey, manifestKey, slotKey } from '../../src/core/format/keys.ts';
import {
  decodeLocalAlarm,
  decodeLocalRole,
  decodeLocalSwitch,
  decodeLocalUser,
  localAlarmPut,
  localRolePut,
  localSwitchPut,
  localUserPut,
} from '../../src/core/format/local-auth.ts';
import {
  decodeLocalLease,
  decodeLocalValue,
  decodeLocalVersion,
  decodePosition,
  encodePosition,
  localLeasePut,
  localWritesOfVersion,
} from '../../src/core/format/local-layout.ts';
import { decodeLoading, decodeLocalChunk, encodeLoading, localChunkPut } from '../../src/core/format/local-loading.ts';
import { decodeManifest, encodeManifest } from '../../src/core/format/manifest.ts';
import { decodeNode, encodeNode } from '../../src/core/format/node.ts';
import { decodePage, encodePage } from '../../src/core/format/page.ts';
import { decodeSegment, encodeSegment, segmentHeaderBytes } from '../../src/core/format/segment.ts';
import type { StoredKind } from '../../src/core/format/envelope.ts';
import type { Frame } from '../../src/core/types/log.ts';
import type { Version } from '../../src/core/types/version.ts';
import { noCompression } from '../../src/core/format/no-compression.ts';
import type { LocalEntry } from '../../src/ports/local-store.ts';
import {
  alarms,
  archiveContents,
  checkpoints,
  chunks,
  condemnedLists,
  controls,
  frames,
  ids,
  keyedChunks,
  leases,
  loadingRecords,
  manifests,
  numbers,
  pages,
  positions,
  record,
  roles,
  segmentHeaders,
  standbyNodes,
  users,
  versions,
} from './format-arbitraries.ts';

export const digest = createNodeDigest();

/** An object in its encoded form, and everything the properties need to know about its kind. */
export interface Sample {
  readonly kind: StoredKind;
  readonly key: string;
  readonly bytes: Uint8Array;
  /** What decoding has to give. */
  readonly value: unknown;
  decode(bytes: Uint8Array): Decoded<unknown>;
  /** Encodes what was decoded. */
  encode(value: never): Uint8Array;
  /** Makes the checksums right again after the bytes were changed, so that the fields' own checks are reached. */
  reseal(bytes: Uint8Array): void;
}

function whole<Value>(
  kind: StoredKind,
  key: string,
  value: Value,
  encode: (value: Value) => Uint8Array,
  decode: (bytes: Uint8Array) => Decoded<Value>,
): Sample {
  return { kind, key, bytes: encode(value).slice(), value, decode, encode, reseal: resealEnd };
}

export const samples: Readonly<Record<string, fc.Arbitrary<Sample>>> = {
  control: controls.map((control) =>
    whole(
      'control',
      controlKey,
      control,
      (value) => encodeControl(value, digest),
      (bytes) => decodeControl(controlKey, bytes, digest),
    ),
  ),
  manifest: manifests.map((manifest) =>
    whole(
      'manifest',
      manifestKey,
      manifest,
      (value) => encodeManifest(value, digest),
      (bytes) => decodeManifest(manifestKey, bytes, digest),
    ),
  ),
  checkpoint: checkpoints.map((checkpoint) =>
    whole(
      'checkpoint',
      'a checkpoint',
      checkpoint,
      (value) => encodeCheckpoint(value, digest),
      (bytes) => decodeCheckpoint('a checkpoint', bytes, digest),
    ),
  ),
  page: pages.map((page) =>
    whole(
      'page',
      'a page',
      page,
      (value) => encodePage(value, digest),
      (bytes) => decodePage('a page', bytes, digest),
    ),
  ),
  node: standbyNodes.map((node) =>
    whole(
      'node',
      'a node',
      node,
      (value) => encodeNode(value, digest),
      (bytes) => decodeNode('a node', bytes, digest),
    ),
  ),
  condemned: condemnedLists.map((condemned) =>
    whole(
      'condemned',
      'a list',
      condemned,
      (value) => encodeCondemned(value, digest),
      (bytes) => decodeCondemned('a list', bytes, digest),
    ),
  ),
  chunk: chunks.map((chunk) => ({
    ...whole(
      'chunk',
      'a chunk',
      chunk,
      (value) => encodeChunk(value, digest, noCompression).bytes,
      (bytes) => decodeChunk('a chunk', bytes, digest, noCompression),
    ),
    reseal: (bytes) => {
      resealPart(bytes, 0, encodeChunk(chunk, digest, noCompression).keysBytes);
      resealEnd(bytes);
    },
  })),
  archive: archiveContents.map((archive) => ({
    ...whole('archive', 'an archive', archive, (value) => sealedArchive(value).bytes, openedArchive),
    reseal: (bytes) => {
      resealPart(bytes, 0, sealedArchive(archive).indexBytes);
      resealEnd(bytes);
    },
  })),
  'local position': record({ databaseId: ids, position: positions }).map((local) =>
    whole(
      'local-position',
      'p',
      local,
      (value) => encodePosition(value, digest),
      (bytes) => decodePosition(bytes, digest),
    ),
  ),
  'local loading': loadingRecords.map((record) =>
    whole(
      'local-loading',
      'c',
      record,
      (value) => encodeLoading(value, digest),
      (bytes) => decodeLoading(bytes, digest),
    ),
  ),
  frame: frames.map((frame) => ({
    ...whole(
      'frame',
      'a frame',
      frame,
      (value) => encodeFrame(value, digest),
      (bytes) => mapped(decodeFrame('a frame', bytes, digest), (decoded) => decoded.frame),
    ),
    reseal: resealFrame,
  })),
  segment: fc.tuple(segmentHeaders, fc.array(frames, { minLength: 1, maxLength: 3 })).map(([header, loose]) => {
    const key = slotKey(header.slot);
    const encode = (value: { header: typeof header; frames: readonly Frame[] }) =>
      encodeSegment(
        value.header,
        value.frames.map((frame) => encodeFrame(frame, digest)),
        digest,
      );
    const decode = (bytes: Uint8Array) =>
      mapped(decodeSegment(key, bytes, digest), (decoded) => ({
        header: decoded.header,
        frames: decoded.frames.map(({ frame }) => frame),
      }));
    return { ...whole('segment', key, { header, frames: chained(loose) }, encode, decode), reseal: resealSegment };
  }),
};

export interface ArchiveContent {
  readonly databaseId: Uint8Array;
  readonly firstSlot: number;
  readonly sections: readonly (readonly { readonly isFence: boolean; readonly content: Uint8Array }[])[];
}

export function sealedArchive({ databaseId, firstSlot, sections }: ArchiveContent, compression = noCompression) {
  const entries = sections.map((segments) =>
    segments.map(({ isFence, content }) => ({ isFence, bytes: content.length })),
  );
  const stored = sections.map((segments) =>
    encodeArchiveSection(
      segments.map(({ content }) => content),
      compression,
    ),
  );
  return sealArchive({ databaseId, firstSlot, sections: entries }, stored, digest);
}

export function openedArchive(bytes: Uint8Array, compression = noCompression): Decoded<ArchiveContent> {
  const opened = openArchive('an archive', bytes, digest);
  if (opened.kind === 'damaged') return opened;
  const { databaseId, firstSlot, sections } = opened.value.index;
  const contents: { isFence: boolean; content: Uint8Array }[][] = [];
  for (let section = 0; section < sections.length; section++) {
    const read = openArchiveSection('an archive', opened.value, section, compression);
    if (read.kind === 'damaged') return read;
    contents.push(
      read.value.map((content, index) => ({ isFence: sections[section]![index]!.isFence, content: content.slice() })),
    );
  }
  return { kind: 'ok', value: { databaseId, firstSlot, sections: contents } };
}

/** The same frames, each following the one before it. */
export function chained(loose: readonly Frame[]): readonly Frame[] {
  const frames: Frame[] = [];
  for (const frame of loose) {
    const previous = frames.at(-1);
    if (previous === undefined) {
      frames.push({ ...frame, firstSequence: Math.min(frame.firstSequence, 2 ** 50) });
      continue;
    }
    const firstSequence = previous.firstSequence + previous.records.length;
    frames.push({ ...frame, firstSequence, previousFrameHash: frameHash(encodeFrame(previous, digest), digest) });
  }
  return frames;
}

/** Local entries: the key is part of what is checked. */
export const localEntries: Readonly<Record<string, fc.Arbitrary<LocalSample>>> = {
  version: versions.map((version) => {
    const entry = entryOf(localWritesOfVersion(version, digest)[0]);
    const value = version.valueBytes === 0 ? version.value : undefined;
    return { entry, value: { ...version, value }, decode: (read: LocalEntry) => decodeLocalVersion(read, digest) };
  }),
  chunk: keyedChunks.map((chunk) => ({
    entry: entryOf(localChunkPut(chunk, digest)),
    value: chunk,
    decode: (read: LocalEntry) => decodeLocalChunk(read, digest),
  })),
  lease: fc.tuple(leases, numbers).map(([lease, ttlSeconds]) => ({
    entry: entryOf(localLeasePut(lease, ttlSeconds, digest)),
    value: { lease, ttlSeconds },
    decode: (read: LocalEntry) => decodeLocalLease(read, digest),
  })),
  switch: fc.tuple(fc.boolean(), numbers).map(([enabled, revision]) => {
    const value = { enabled, revision: Math.max(1, revision) };
    const entry = entryOf(localSwitchPut(value, digest));
    return { entry, value, decode: (read: LocalEntry) => decodeLocalSwitch(read, digest) };
  }),
  role: roles.map((value) => ({
    entry: entryOf(localRolePut(value, digest)),
    value,
    decode: (read: LocalEntry) => decodeLocalRole(read, digest),
  })),
  user: users.map((value) => ({
    entry: entryOf(localUserPut(value, digest)),
    value,
    decode: (read: LocalEntry) => decodeLocalUser(read, digest),
  })),
  alarm: alarms.map((value) => ({
    entry: entryOf(localAlarmPut(value, digest)),
    value,
    decode: (read: LocalEntry) => decodeLocalAlarm(read, digest),
  })),
};

export interface LocalSample {
  readonly entry: LocalEntry;
  readonly value: unknown;
  decode(entry: LocalEntry): Decoded<unknown>;
}

export const storedValues: fc.Arbitrary<{ version: Version; stored: Uint8Array }> = versions
  .filter((version) => version.valueBytes > 0)
  .map((version) => ({ version, stored: entryOf(localWritesOfVersion(version, digest)[1]).value }));

export function decodeStored(version: Version, stored: Uint8Array | undefined): Decoded<Uint8Array> {
  return decodeLocalValue(version, stored, digest);
}

function entryOf(operation: { kind: string; key: Uint8Array; value?: Uint8Array } | undefined): LocalEntry {
  if (operation?.value === undefined) throw new Error('not a put');
  return { key: operation.key.slice(), value: operation.value.slice() };
}

function mapped<From, To>(decoded: Decoded<From>, map: (value: From) => To): Decoded<To> {
  return decoded.kind === 'ok' ? { kind: 'ok', value: map(decoded.value) } : decoded;
}

function resealEnd(bytes: Uint8Array): void {
  resealPart(bytes, 0, bytes.length);
}

function resealPart(bytes: Uint8Array, start: number, end: number): void {
  if (end - start < 4 || end > bytes.length) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint32(end - 4, digest.crc32(bytes.subarray(start, end - 4)));
}

function resealFrame(bytes: Uint8Array): void {
  resealPart(bytes, 0, 14);
  resealPart(bytes, 0, bytes.length);
}

/** The header and its first frame; the rest stays as it is. */
function resealSegment(bytes: Uint8Array): void {
  resealPart(bytes, 0, segmentHeaderBytes);
  const start = segmentHeaderBytes;
  resealPart(bytes, start, start + 14);
  const bodyBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint32(start + 6);
  resealPart(bytes, start, start + 14 + bodyBytes + 4);
}
