import type { Digest } from '../../ports/digest.ts';
import type { LocalEntry, LocalOperation } from '../../ports/local-store.ts';
import { comparePlaces, type ContentOfChunk, type KeyedChunk, type LoadingRecord } from '../types/loading.ts';
import type { ByteString } from '../types/bytes.ts';
import { readCheckpointReference, writeCheckpointReference } from './checkpoint-reference.ts';
import { decoding, type Decoded } from './damage.ts';
import { beginObject, endObject, openObject } from './envelope.ts';
import { readHash, readId, writeHash, writeId } from './hashes.ts';
import { splitKey } from './keys.ts';
import { checkKey, nameOfLocalKey, openEntry, rangeOf, sealedPut, type LocalRange } from './local-entry.ts';
import { ByteReader, outOfBounds } from './reader.ts';
import { readHome, readReferenceBody, writeHome, writeReferenceBody } from './reference.ts';
import { ByteWriter } from './writer.ts';

/**
 * Entries of the local store that say what of a checkpoint is still to come:
 *
 *   'c'             → whose it is and which checkpoint, in the common envelope
 *   'c' index (4)   → a chunk whose keys are here, and whose values may not be
 *
 * Without a position: the chunks with an entry are those whose keys are here. With one: those whose values are not.
 */
const loadingTag = 0x63;
const chunkKeyBytes = 5;
const recordBytesMax = 512;
const chunkEntryBytesUsual = 320;

/** The record first, then the chunks ascending. */
export const localLoadingRange: LocalRange = rangeOf(loadingTag);
const recordKey: Uint8Array = new Uint8Array([loadingTag]);

export function isLoadingRecord(entry: LocalEntry): boolean {
  return entry.key.length === 1;
}

export function localLoadingPut(record: LoadingRecord, digest: Digest): LocalOperation {
  return { kind: 'put', key: recordKey, value: encodeLoading(record, digest) };
}

export function localLoadingDelete(): LocalOperation {
  return { kind: 'delete', key: recordKey };
}

export function encodeLoading(record: LoadingRecord, digest: Digest): Uint8Array {
  const writer = beginObject('local-loading', recordBytesMax);
  writeId(writer, record.databaseId);
  writeCheckpointReference(writer, record.checkpoint);
  writer.varint(record.chunks);
  return endObject(writer, digest);
}

export function decodeLoading(stored: Uint8Array, digest: Digest): Decoded<LoadingRecord> {
  return decoding(nameOfLocalKey(recordKey), () => {
    const reader = openObject('local-loading', stored, digest);
    const databaseId = readId(reader, 'database id');
    const checkpoint = readCheckpointReference(reader);
    const chunks = reader.varint('chunks', 1);
    reader.end();
    return { databaseId, checkpoint, chunks };
  });
}

/** Belongs in the batch with the chunk's keys. */
export function localChunkPut(chunk: KeyedChunk, digest: Digest): LocalOperation {
  const { index, reference, keysHash, first, last } = chunk;
  const writer = new ByteWriter(chunkEntryBytesUsual + first.key.length + last.key.length);
  writeChunkKey(writer, index);
  writeHome(writer, splitKey(reference.key).home);
  writeReferenceBody(writer, reference, 'chunk');
  writer.varint(reference.keysBytes);
  writer.varint(reference.versions);
  writeHash(writer, keysHash);
  for (const { key, modRevision, sub } of [first, last]) {
    writer.byteString(key);
    writer.varint(modRevision);
    writer.varint(sub);
  }
  return sealedPut(writer, 0, chunkKeyBytes, digest);
}

/** Belongs in the batch with the chunk's values. */
export function localChunkDelete(index: number): LocalOperation {
  const writer = new ByteWriter(chunkKeyBytes);
  writeChunkKey(writer, index);
  return { kind: 'delete', key: writer.written() };
}

export function decodeLocalChunk(entry: LocalEntry, digest: Digest): Decoded<KeyedChunk> {
  return decoding(nameOfLocalKey(entry.key), () => {
    checkKey(entry.key, loadingTag, chunkKeyBytes, 'a chunk');
    const index = new ByteReader(entry.key, 1).u32('index');
    const reader = openEntry(entry.key, entry.value, digest);
    const home = readHome(reader, 'home of a chunk');
    const body = readReferenceBody(reader, home, 'chunk');
    const keysBytes = reader.varint('bytes of keys', 1, body.bytes - 1);
    const versions = reader.varint('versions of a chunk', 1);
    const keysHash = readHash(reader, 'hash of the keys');
    const first = readPlace(reader);
    const start = reader.offset;
    const last = readPlace(reader);
    if (comparePlaces(first, last) > 0) throw outOfBounds(start, 'last version', 'not below the first', 'one below');
    reader.end();
    const reference: ContentOfChunk = { ...body, keysBytes, firstKey: first.key, versions };
    return { index, reference, keysHash, first, last };
  });
}

function readPlace(reader: ByteReader): { key: ByteString; modRevision: number; sub: number } {
  const key = reader.byteString('key');
  const modRevision = reader.varint('modification revision', 1);
  return { key, modRevision, sub: reader.varint('sub-revision') };
}

function writeChunkKey(writer: ByteWriter, index: number): void {
  writer.u8(loadingTag);
  writer.u32(index);
}
