import { decodeAlarms, decodeAuth, type DecodedAlarm, type DecodedAuth } from './auth.ts';
import { atLeastOne, checkAscending, decodeSharedKey } from './checks.ts';
import { FormatError, hexOfBytes, openEnvelope, type Cursor } from './cursor.ts';
import { checkName, decodeReference, withHomes, type DecodedReference } from './reference.ts';

/** A checkpoint and its pages, read from docs/design/0004-format.md alone. Hashes are hex; leases decimal. */

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
  readonly auth: DecodedAuth;
  readonly alarms: readonly DecodedAlarm[];
  readonly pages: readonly DecodedPageReference[];
}

export interface DecodedPageReference extends DecodedReference {
  readonly firstKey: string;
  readonly chunks: number;
}

export interface DecodedChunkReference extends DecodedReference {
  readonly keysBytes: number;
  readonly firstKey: string;
  readonly continues: boolean;
  readonly versions: number;
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
  const auth = decodeAuth(cursor);
  const alarms = decodeAlarms(cursor);
  const pages = withHomes(cursor, (homeOf) => {
    let previousKey = '';
    return cursor.list(() => {
      const page = decodePageReference(cursor, homeOf(), previousKey);
      previousKey = page.firstKey;
      return page;
    });
  });
  checkAscending(pages, (left, right) => left.firstKey <= right.firstKey, 'pages');
  cursor.finish();
  return { databaseId, position, wallMs, leases, auth, alarms, pages };
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

function decodePageReference(cursor: Cursor, home: string, previousKey: string): DecodedPageReference {
  const reference = decodeReference(cursor, home, 'pages/');
  const firstKey = decodeSharedKey(cursor, previousKey);
  return { ...reference, firstKey, chunks: atLeastOne(cursor, 'chunks of a page') };
}

/** The content has to have the hash that its name says. */
export function decodePage(key: string, bytes: Uint8Array): readonly DecodedChunkReference[] {
  checkName(key, bytes);
  const cursor = openEnvelope('T4pg', bytes);
  const chunks = withHomes(cursor, (homeOf) => {
    let previousKey = '';
    return cursor.list(() => {
      const chunk = decodeChunkReference(cursor, homeOf(), previousKey);
      previousKey = chunk.firstKey;
      return chunk;
    });
  });
  cursor.finish();
  if (chunks.length === 0) throw new FormatError('a page of no chunks');
  checkAscending(chunks, chunkFollows, 'chunks');
  return chunks;
}

/** Chunks of one page, or of two after each other. */
export function chunkFollows(previous: DecodedChunkReference, next: DecodedChunkReference): boolean {
  return previous.firstKey < next.firstKey || (next.continues && previous.firstKey === next.firstKey);
}

function decodeChunkReference(cursor: Cursor, home: string, previousKey: string): DecodedChunkReference {
  const reference = decodeReference(cursor, home, 'chunks/');
  const keysBytes = atLeastOne(cursor, 'bytes of keys');
  if (keysBytes >= reference.bytes) throw new FormatError(`${keysBytes} bytes of keys in ${reference.bytes}`);
  const firstKey = decodeSharedKey(cursor, previousKey);
  const continues = cursor.flag();
  return { ...reference, keysBytes, firstKey, continues, versions: atLeastOne(cursor, 'versions of a chunk') };
}
