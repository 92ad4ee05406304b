import { type Cursor, FormatError, hexOfBytes, openEnvelope } from './cursor.ts';
import { sha256 } from './digest.ts';

/** Control, manifest, checkpoint and chunk, read from docs/design/0004-format.md alone. Hashes, ids and nonces are hex; leases decimal. */

export interface DecodedControl {
  readonly databaseId: string;
  readonly epoch: number;
  readonly released: boolean;
  readonly leaseMs: number;
  readonly renewal: number;
  readonly rule: 'object' | 'local';
  readonly durableSlot: number;
  readonly inSync: readonly string[];
  readonly leader:
    | {
        readonly memberId: string;
        readonly name: string;
        readonly nonce: string;
        readonly clientUrls: readonly string[];
      }
    | undefined;
}

export interface DecodedManifest {
  readonly databaseId: string;
  readonly epoch: number;
  readonly generation: number;
  readonly createdWallMs: number;
  readonly logInflightMax: number;
  readonly logFloor: number;
  readonly checkpoints: readonly DecodedCheckpointReference[];
}

export interface DecodedCheckpointReference {
  readonly key: string;
  readonly hash: string;
  readonly bytes: number;
  readonly slot: number;
  readonly sequence: number;
  readonly revision: number;
  readonly epoch: number;
  readonly wallMs: number;
}

export interface DecodedPosition {
  readonly slot: number;
  readonly segmentHash: string;
  readonly frameHash: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly revision: number;
  readonly compactRevision: number;
}

export interface DecodedCheckpoint {
  readonly databaseId: string;
  readonly position: DecodedPosition;
  readonly wallMs: number;
  readonly leases: readonly { readonly lease: string; readonly ttlSeconds: number }[];
  readonly chunks: readonly {
    readonly key: string;
    readonly hash: string;
    readonly bytes: number;
    readonly firstKey: string;
    readonly versions: number;
  }[];
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

const rules = new Map([
  [1, 'object'],
  [2, 'local'],
] as const);

export function decodeControl(bytes: Uint8Array): DecodedControl {
  const cursor = openEnvelope('T4ct', bytes);
  const databaseId = hexOfBytes(cursor.raw(16));
  const epoch = cursor.varint();
  const released = cursor.flag();
  const leaseMs = cursor.varint();
  const renewal = cursor.varint();
  const ruleTag = cursor.u8();
  const rule = rules.get(ruleTag as 1 | 2);
  if (rule === undefined) throw new FormatError(`rule ${ruleTag}`);
  const durableSlot = cursor.varint();
  const inSync = cursor.list((inner) => inner.id64());
  const leader = cursor.flag() ? decodeLeader(cursor) : undefined;
  cursor.finish();
  return { databaseId, epoch, released, leaseMs, renewal, rule, durableSlot, inSync, leader };
}

function decodeLeader(cursor: Cursor): NonNullable<DecodedControl['leader']> {
  const memberId = cursor.id64();
  const name = cursor.text();
  const nonce = hexOfBytes(cursor.raw(16));
  return { memberId, name, nonce, clientUrls: cursor.list((inner) => inner.text()) };
}

export function decodeManifest(bytes: Uint8Array): DecodedManifest {
  const cursor = openEnvelope('T4mf', bytes);
  const databaseId = hexOfBytes(cursor.raw(16));
  const epoch = cursor.varint();
  const generation = cursor.varint();
  const createdWallMs = cursor.varint();
  const logInflightMax = cursor.varint();
  const logFloor = cursor.varint();
  const checkpoints = cursor.list(decodeCheckpointReference);
  cursor.finish();
  if (logInflightMax < 1 || logInflightMax > 64) throw new FormatError(`${logInflightMax} segments in flight`);
  checkAscending(checkpoints, (left, right) => left.slot < right.slot, 'checkpoints');
  return { databaseId, epoch, generation, createdWallMs, logInflightMax, logFloor, checkpoints };
}

function decodeCheckpointReference(cursor: Cursor): DecodedCheckpointReference {
  const key = cursor.text();
  const hash = hexOfBytes(cursor.raw(32));
  const bytes = cursor.varint();
  const slot = cursor.varint();
  const sequence = cursor.varint();
  const revision = cursor.varint();
  const epoch = cursor.varint();
  return { key, hash, bytes, slot, sequence, revision, epoch, wallMs: cursor.varint() };
}

/** The content has to have the hash that its name says. */
export function decodeCheckpoint(key: string, bytes: Uint8Array): DecodedCheckpoint {
  checkName(key, bytes);
  const cursor = openEnvelope('T4cp', bytes);
  const databaseId = hexOfBytes(cursor.raw(16));
  const position = decodePosition(cursor);
  const wallMs = cursor.varint();
  const leases = cursor.list((inner) => ({ lease: inner.lease(), ttlSeconds: inner.varint() }));
  checkAscending(leases, (left, right) => BigInt(left.lease) < BigInt(right.lease), 'leases');
  const chunks = cursor.list(decodeChunkReference);
  checkAscending(chunks, (left, right) => left.firstKey <= right.firstKey, 'chunks');
  cursor.finish();
  return { databaseId, position, wallMs, leases, chunks };
}

export function decodePosition(cursor: Cursor): DecodedPosition {
  const slot = cursor.varint();
  const segmentHash = hexOfBytes(cursor.raw(32));
  const frameHash = hexOfBytes(cursor.raw(32));
  const epoch = cursor.varint();
  const sequence = cursor.varint();
  const revision = cursor.varint();
  const compactRevision = cursor.varint();
  if (compactRevision > revision) throw new FormatError(`compacted at ${compactRevision}, beyond revision ${revision}`);
  return { slot, segmentHash, frameHash, epoch, sequence, revision, compactRevision };
}

function decodeChunkReference(cursor: Cursor): DecodedCheckpoint['chunks'][number] {
  const key = cursor.text();
  const hash = hexOfBytes(cursor.raw(32));
  const bytes = cursor.varint();
  const firstKey = cursor.byteString();
  const versions = cursor.varint();
  if (versions < 1) throw new FormatError('a chunk of no versions');
  return { key, hash, bytes, firstKey, versions };
}

/** The content has to have the hash that its name says. */
export function decodeChunk(key: string, bytes: Uint8Array): readonly DecodedVersion[] {
  checkName(key, bytes);
  const cursor = openEnvelope('T4ck', bytes);
  const compression = cursor.u8();
  if (compression !== 0) throw new FormatError(`compression ${compression}`);
  let previousKey = '';
  const versions = cursor.list((inner) => {
    const version = decodeVersion(inner, previousKey);
    previousKey = version.key;
    return version;
  });
  cursor.finish();
  if (versions.length === 0) throw new FormatError('a chunk without a version');
  checkAscending(versions, isBefore, 'versions');
  return versions;
}

function isBefore(left: DecodedVersion, right: DecodedVersion): boolean {
  if (left.key !== right.key) return left.key < right.key;
  if (left.modRevision !== right.modRevision) return left.modRevision < right.modRevision;
  return left.sub < right.sub;
}

function decodeVersion(cursor: Cursor, previousKey: string): DecodedVersion {
  const tag = cursor.u8();
  if (tag > 2) throw new FormatError(`a version with tag ${tag}`);
  const shared = cursor.varint();
  const rest = cursor.byteString();
  if (shared > previousKey.length)
    throw new FormatError(`${shared} bytes are shared with a key of ${previousKey.length}`);
  const canShareMore = shared < previousKey.length && rest.length > 0 && previousKey[shared] === rest[0];
  if (canShareMore) throw new FormatError('a key shares less than it could');
  const key = previousKey.slice(0, shared) + rest;
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
  return { key, modRevision, sub, createRevision, version, lease, value: cursor.byteString() };
}

function checkName(key: string, bytes: Uint8Array): void {
  const hash = hexOfBytes(sha256(bytes));
  if (!key.endsWith(hash)) throw new FormatError(`the content has hash ${hash}`);
}

function checkAscending<Item>(
  items: readonly Item[],
  isBelow: (left: Item, right: Item) => boolean,
  what: string,
): void {
  for (let index = 1; index < items.length; index++) {
    if (!isBelow(items[index - 1]!, items[index]!)) throw new FormatError(`${what} do not ascend`);
  }
}
