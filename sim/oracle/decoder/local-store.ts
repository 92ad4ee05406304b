import { Cursor, FormatError, hexOfBytes, openEnvelope, textOfBytes } from './cursor.ts';
import { crc32 } from './digest.ts';
import { type DecodedPosition, type DecodedVersion, decodePosition } from './other-objects.ts';

/** A node's local store, read from docs/design/0004-format.md alone. */
export interface DecodedLocalStore {
  readonly databaseId: string;
  readonly position: DecodedPosition;
  readonly versions: readonly DecodedVersion[];
  readonly leases: readonly { readonly lease: string; readonly ttlSeconds: number }[];
}

export interface StoredEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

const tags = { version: 0x6d, value: 0x76, lease: 0x6c, position: 0x70 } as const;

/** Undefined: it has no position, so it is nothing yet. */
export function decodeLocalStore(entries: readonly StoredEntry[]): DecodedLocalStore | undefined {
  const stored = entries.find(({ key }) => key[0] === tags.position);
  if (stored === undefined) return undefined;
  const { databaseId, position } = decodeLocalPosition(stored.value);
  const values = new Map<string, string>();
  const versions: DecodedVersion[] = [];
  const leases: { lease: string; ttlSeconds: number }[] = [];
  for (const entry of entries) {
    if (entry.key[0] !== tags.value) continue;
    const content = openEntry(entry);
    values.set(placeOf(entry.key), textOfBytes(content.raw(content.end - content.offset)));
  }
  for (const entry of entries) {
    if (entry.key[0] === tags.version) versions.push(decodeVersion(entry, values));
    if (entry.key[0] === tags.lease) leases.push(decodeLease(entry));
  }
  return { databaseId, position, versions, leases };
}

/** `stored`: the entry under `p`. */
export function decodeLocalPosition(stored: Uint8Array): {
  readonly databaseId: string;
  readonly position: DecodedPosition;
} {
  const cursor = openEnvelope('T4lp', stored);
  const databaseId = hexOfBytes(cursor.raw(16));
  const position = decodePosition(cursor);
  cursor.finish();
  return { databaseId, position };
}

export function isPositionKey(key: Uint8Array): boolean {
  return key.length === 1 && key[0] === tags.position;
}

/** Which version an entry's key names; undefined: it is another entry's, or that of a value. */
export function versionOfKey(key: Uint8Array): { readonly modRevision: number; readonly sub: number } | undefined {
  if (key[0] !== tags.version) return undefined;
  const cursor = new Cursor(key, 1, key.length);
  const modRevision = cursor.u64();
  const sub = cursor.u32();
  cursor.finish();
  return { modRevision, sub };
}

function decodeVersion(entry: StoredEntry, values: ReadonlyMap<string, string>): DecodedVersion {
  const place = versionOfKey(entry.key)!;
  const cursor = openEntry(entry);
  const tag = cursor.u8();
  if (tag > 2) throw new FormatError(`a version with tag ${tag}`);
  const key = cursor.byteString();
  if (tag === 0) {
    cursor.finish();
    return { key, ...place, createRevision: 0, version: 0, lease: '0', value: '' };
  }
  const createRevision = cursor.varint();
  const version = cursor.varint();
  const lease = tag === 2 ? cursor.lease() : '0';
  const valueBytes = cursor.varint();
  cursor.finish();
  const value = values.get(placeOf(entry.key)) ?? '';
  if (value.length !== valueBytes) throw new FormatError(`a value of ${value.length} bytes, ${valueBytes} are due`);
  return { key, ...place, createRevision, version, lease, value };
}

function decodeLease(entry: StoredEntry): { lease: string; ttlSeconds: number } {
  const lease = new Cursor(entry.key, 1, entry.key.length).lease();
  const cursor = openEntry(entry);
  const ttlSeconds = cursor.varint();
  cursor.finish();
  return { lease, ttlSeconds };
}

function openEntry({ key, value }: StoredEntry): Cursor {
  const end = value.length - 4;
  if (end < 0) throw new FormatError('an entry without a checksum');
  const due = (crc32(value.subarray(0, end)) ^ crc32(key)) >>> 0;
  if (new Cursor(value, end, value.length).u32() !== due)
    throw new FormatError('the checksum of an entry does not hold');
  return new Cursor(value, 0, end);
}

/** The same for a version and for its value. */
function placeOf(key: Uint8Array): string {
  return textOfBytes(key.subarray(1));
}
