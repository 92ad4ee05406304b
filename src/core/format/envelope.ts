import type { Digest } from '../../ports/digest.ts';
import { checkChecksum } from './checksum.ts';
import { DamageSignal } from './damage.ts';
import { ByteReader } from './reader.ts';
import { ByteWriter } from './writer.ts';

/**
 * What all stored objects share, in every version of the format, for ever:
 *
 *   0  4  magic of the kind
 *   4  2  format version
 *   …     body
 *  -4  4  CRC-32 of everything before it
 *
 * Segments and frames have it around their header. So the checksum is judged before the version: a flipped bit is damage, and
 * only whole bytes are said to come from a newer release.
 */
export type StoredKind =
  | 'control'
  | 'manifest'
  | 'segment'
  | 'frame'
  | 'archive'
  | 'checkpoint'
  | 'page'
  | 'chunk'
  | 'condemned'
  | 'node'
  | 'local-position'
  | 'local-loading';

/** The format version that this release writes and the highest that it reads. */
export const formatVersion = 1;

export const envelopeStartBytes = 6;
export const checksumBytes = 4;

const magics: Readonly<Record<StoredKind, string>> = {
  control: 'T4ct',
  manifest: 'T4mf',
  segment: 'T4sg',
  frame: 'T4fr',
  archive: 'T4ar',
  checkpoint: 'T4cp',
  page: 'T4pg',
  chunk: 'T4ck',
  condemned: 'T4cd',
  node: 'T4nd',
  'local-position': 'T4lp',
  'local-loading': 'T4ll',
};

const magicBytes = 4;
const kinds: readonly StoredKind[] = [
  'control',
  'manifest',
  'segment',
  'frame',
  'archive',
  'checkpoint',
  'page',
  'chunk',
  'condemned',
  'node',
  'local-position',
  'local-loading',
];

/** What the bytes say they are; undefined when they are none of ours. */
export function kindOfBytes(bytes: Uint8Array, offset = 0): StoredKind | undefined {
  return kinds.find((kind) => hasMagic(kind, bytes, offset));
}

export function hasMagic(kind: StoredKind, bytes: Uint8Array, offset: number): boolean {
  const magic = magics[kind];
  for (let index = 0; index < magicBytes; index++) {
    if (bytes[offset + index] !== magic.charCodeAt(index)) return false;
  }
  return true;
}

export function writeEnvelopeStart(writer: ByteWriter, kind: StoredKind): void {
  writer.rawByteString(magics[kind], 0);
  writer.u16(formatVersion);
}

export function beginObject(kind: StoredKind, capacity: number): ByteWriter {
  const writer = new ByteWriter(capacity);
  writeEnvelopeStart(writer, kind);
  return writer;
}

/** Adds the checksum of everything written so far and returns the whole. */
export function endObject(writer: ByteWriter, digest: Digest): Uint8Array {
  writer.u32(digest.crc32(writer.written()));
  return writer.written();
}

/** Checks magic, checksum and version, in this order; the reader stands at the body and ends with it. */
export function openObject(kind: StoredKind, bytes: Uint8Array, digest: Digest): ByteReader {
  checkMagic(kind, bytes, 0);
  const end = bytes.length - checksumBytes;
  if (end < envelopeStartBytes) {
    throw new DamageSignal('truncated', bytes.length, `a whole ${kind}`, `${bytes.length} bytes`);
  }
  checkChecksum(bytes, 0, end, digest);
  checkVersion(kind, bytes, 0);
  return new ByteReader(bytes, envelopeStartBytes, end);
}

export function checkMagic(kind: StoredKind, bytes: Uint8Array, offset: number): void {
  if (hasMagic(kind, bytes, offset)) return;
  const expected = `a ${kind} (${magics[kind]})`;
  if (bytes.length - offset < magicBytes) {
    throw new DamageSignal('truncated', offset, expected, `${bytes.length - offset} bytes`);
  }
  const found = kindOfBytes(bytes, offset);
  throw new DamageSignal('kind', offset, expected, found === undefined ? 'no object of ours' : `a ${found}`);
}

/** Only after the checksum: the version is known to be what was written. */
export function checkVersion(kind: StoredKind, bytes: Uint8Array, start: number): void {
  const offset = start + magicBytes;
  const version = new ByteReader(bytes, offset).u16('format version');
  if (version === formatVersion) return;
  const expected = `format version ${formatVersion} of a ${kind}, the newest that this release understands`;
  if (version > formatVersion) {
    throw new DamageSignal('version', offset, expected, `version ${version}: upgrade to a release that reads it`);
  }
  throw new DamageSignal('value', offset, expected, `version ${version}, which was never written`);
}
