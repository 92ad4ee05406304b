import { decodeAlarm, decodeRole, decodeUser, type DecodedAlarm, type DecodedAuth } from './auth.ts';
import { Cursor, FormatError, hexOfBytes, openEnvelope, textOfBytes } from './cursor.ts';
import { crc32 } from './digest.ts';
import { decodeCheckpointReference } from './checkpoint-reference.ts';
import { decodePosition, type DecodedPosition } from './checkpoint.ts';
import type { DecodedVersion } from './chunk.ts';
import { decodeHome, decodeReference } from './reference.ts';

/** A node's local store, read from docs/design/0004-format.md alone. */
export interface DecodedLocalStore {
  readonly databaseId: string;
  readonly position: DecodedPosition;
  readonly versions: readonly DecodedVersion[];
  readonly leases: readonly { readonly lease: string; readonly ttlSeconds: number }[];
  readonly auth: DecodedAuth;
  readonly alarms: readonly DecodedAlarm[];
  /** Versions whose values are still to come from a checkpoint's chunks, as `revision/sub`; they are shown with an empty value. */
  readonly toCome: ReadonlySet<string>;
}

/** A chunk of which the keys are there and the values are not. */
interface KeyedChunk {
  readonly first: VersionPlace;
  readonly last: VersionPlace;
}

interface VersionPlace {
  readonly key: string;
  readonly modRevision: number;
  readonly sub: number;
}

interface Loading {
  /** Of the checkpoint. */
  readonly revision: number;
  readonly chunks: readonly KeyedChunk[];
}

export interface StoredEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

const tags = {
  version: 0x6d,
  value: 0x76,
  lease: 0x6c,
  position: 0x70,
  loading: 0x63,
  switch: 0x61,
  role: 0x72,
  user: 0x75,
  alarm: 0x77,
} as const;

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
  const loading = decodeLoading(entries, databaseId);
  const toCome = new Set<string>();
  for (const entry of entries) {
    if (entry.key[0] === tags.version) versions.push(decodeVersion(entry, values, loading, toCome));
    if (entry.key[0] === tags.lease) leases.push(decodeLease(entry));
  }
  if (values.size > 0) throw new FormatError('a value of no version');
  return {
    databaseId,
    position,
    versions,
    leases,
    auth: decodeLocalAuth(entries),
    alarms: decodeLocalAlarms(entries),
    toCome,
  };
}

function decodeLocalAuth(entries: readonly StoredEntry[]): DecodedAuth {
  const of = (tag: number) => entries.filter(({ key }) => key[0] === tag);
  const [stored] = of(tags.switch);
  const roles = of(tags.role).map((entry) => decodeNamed(entry, decodeRole));
  const users = of(tags.user).map((entry) => decodeNamed(entry, decodeUser));
  if (stored === undefined) {
    if (roles.length + users.length > 0) throw new FormatError('users or roles without an auth revision');
    return { enabled: false, revision: 1, roles, users };
  }
  const cursor = openEntry(stored);
  const enabled = cursor.flag();
  const revision = cursor.varint();
  cursor.finish();
  return { enabled, revision, roles, users };
}

function decodeNamed<Named extends { readonly name: string }>(
  entry: StoredEntry,
  decode: (cursor: Cursor) => Named,
): Named {
  const cursor = openEntry(entry);
  const named = decode(cursor);
  cursor.finish();
  if (named.name !== textOfBytes(entry.key.subarray(1))) throw new FormatError('an entry under the name of another');
  return named;
}

function decodeLocalAlarms(entries: readonly StoredEntry[]): readonly DecodedAlarm[] {
  return entries
    .filter(({ key }) => key[0] === tags.alarm)
    .map((entry) => {
      const alarm = decodeAlarm(new Cursor(entry.key, 1, entry.key.length));
      openEntry(entry).finish();
      return alarm;
    });
}

function decodeLoading(entries: readonly StoredEntry[], databaseId: string): Loading | undefined {
  const own = entries.filter(({ key }) => key[0] === tags.loading);
  const record = own.find(isLoadingRecord);
  const chunks = own.filter((entry) => entry !== record).map(decodeKeyedChunk);
  if (record === undefined) {
    if (chunks.length > 0) throw new FormatError('chunks of no checkpoint');
    return undefined;
  }
  const cursor = openEnvelope('T4ll', record.value);
  if (hexOfBytes(cursor.raw(16)) !== databaseId) throw new FormatError("a checkpoint of another database's");
  const { revision } = decodeCheckpointReference(cursor);
  const count = cursor.varint();
  cursor.finish();
  if (chunks.length > count) throw new FormatError(`${chunks.length} chunks of ${count}`);
  return { revision, chunks };
}

function decodeKeyedChunk(entry: StoredEntry): KeyedChunk {
  const place = new Cursor(entry.key, 1, entry.key.length);
  place.u32();
  place.finish();
  const cursor = openEntry(entry);
  decodeReference(cursor, decodeHome(cursor), 'chunks/');
  cursor.varint();
  cursor.varint();
  cursor.raw(32);
  const first = decodePlace(cursor);
  const last = decodePlace(cursor);
  cursor.finish();
  return { first, last };
}

function decodePlace(cursor: Cursor): VersionPlace {
  const key = cursor.byteString();
  const modRevision = cursor.varint();
  return { key, modRevision, sub: cursor.varint() };
}

function isToCome(loading: Loading | undefined, version: VersionPlace): boolean {
  if (loading === undefined || version.modRevision > loading.revision) return false;
  return loading.chunks.some(({ first, last }) => !isBelow(version, first) && !isBelow(last, version));
}

function isBelow(left: VersionPlace, right: VersionPlace): boolean {
  if (left.key !== right.key) return left.key < right.key;
  if (left.modRevision !== right.modRevision) return left.modRevision < right.modRevision;
  return left.sub < right.sub;
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

/** While it is there, something of a checkpoint is still to come. */
export function isLoadingRecord({ key }: Pick<StoredEntry, 'key'>): boolean {
  return key.length === 1 && key[0] === tags.loading;
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

/** Takes its value out of `values`. */
function decodeVersion(
  entry: StoredEntry,
  values: Map<string, string>,
  loading: Loading | undefined,
  toCome: Set<string>,
): DecodedVersion {
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
  const name = placeOf(entry.key);
  const stored = values.get(name);
  values.delete(name);
  if (stored === undefined && valueBytes > 0 && isToCome(loading, { key, ...place }))
    toCome.add(`${place.modRevision}/${place.sub}`);
  const value = stored ?? '';
  if (toCome.has(`${place.modRevision}/${place.sub}`)) return { key, ...place, createRevision, version, lease, value };
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
