import { checkAscending, decodeSharedKey } from './checks.ts';
import { checkCrc, Cursor, FormatError, openEnvelope, textOfBytes } from './cursor.ts';
import { checkName } from './reference.ts';

/** A chunk, read from docs/design/0004-format.md alone. */

export interface DecodedChunk {
  readonly versions: readonly DecodedVersion[];
  /** Where the first section and its checksum end. */
  readonly keysBytes: number;
}

/** `version` 0: a tombstone. */
export interface DecodedVersion {
  readonly key: string;
  readonly modRevision: number;
  readonly sub: number;
  readonly createRevision: number;
  readonly version: number;
  readonly lease: string;
  readonly value: string;
}

/** The content has to have the hash that its name says. The simulator injects no compression, and takes none for right. */
export function decodeChunk(key: string, bytes: Uint8Array): DecodedChunk {
  checkName(key, bytes);
  const cursor = openEnvelope('T4ck', bytes);
  const keys = openSection(cursor);
  const keysEnd = cursor.offset;
  cursor.raw(4);
  checkCrc(bytes, 0, keysEnd);
  const values = openSection(cursor);
  cursor.finish();
  let previousKey = '';
  const versions = keys.list(() => {
    const version = decodeVersion(keys, values, previousKey);
    previousKey = version.key;
    return version;
  });
  keys.finish();
  values.finish();
  if (versions.length === 0) throw new FormatError('a chunk without a version');
  checkAscending(versions, isBefore, 'versions');
  return { versions, keysBytes: keysEnd + 4 };
}

export function openSection(cursor: Cursor): Cursor {
  const codec = cursor.u8();
  if (codec !== 0) throw new FormatError(`codec ${codec}`);
  const size = cursor.varint();
  const stored = cursor.varint();
  if (stored !== size) throw new FormatError(`a section of ${size} bytes in ${stored}`);
  const start = cursor.offset;
  cursor.raw(size);
  return new Cursor(cursor.bytes, start, start + size);
}

/** Strictly, by key, revision and sub. */
export function isBefore(left: DecodedVersion, right: DecodedVersion): boolean {
  if (left.key !== right.key) return left.key < right.key;
  if (left.modRevision !== right.modRevision) return left.modRevision < right.modRevision;
  return left.sub < right.sub;
}

function decodeVersion(cursor: Cursor, values: Cursor, previousKey: string): DecodedVersion {
  const tag = cursor.u8();
  if (tag > 2) throw new FormatError(`a version with tag ${tag}`);
  const key = decodeSharedKey(cursor, previousKey);
  const modRevision = cursor.varint();
  const sub = cursor.varint();
  if (modRevision < 1) throw new FormatError('a version of revision 0');
  if (tag === 0) return { key, modRevision, sub, createRevision: 0, version: 0, lease: '0', value: '' };
  const createRevision = cursor.varint();
  const version = cursor.varint();
  const lease = tag === 2 ? cursor.lease() : '0';
  if (createRevision < 1 || createRevision > modRevision || version < 1) {
    throw new FormatError(`a version ${version}, created at ${createRevision}, put at ${modRevision}`);
  }
  const value = textOfBytes(values.raw(cursor.varint()));
  return { key, modRevision, sub, createRevision, version, lease, value };
}
