import type { Digest } from '../../ports/digest.ts';
import { assert } from '../assert.ts';
import type { ByteString } from '../types/bytes.ts';
import type { ChunkReference, Page } from '../types/log.ts';
import { decoding } from './damage.ts';
import type { Decoded } from './damage.ts';
import { beginObject, endObject, openObject } from './envelope.ts';
import { readFlag, writeFlag } from './flag.ts';
import { checkContent } from './identity.ts';
import type { ExpectedContent } from './identity.ts';
import { splitKey } from './keys.ts';
import type { ByteReader } from './reader.ts';
import { outOfBounds } from './reader.ts';
import {
  checkHomesUsed,
  homesOf,
  readHomeIndex,
  readHomes,
  readReferenceBody,
  referenceBytesMin,
  writeHomeIndex,
  writeHomes,
  writeReferenceBody,
  type HomesTable,
} from './reference.ts';
import { readSharedKey, sharedKeyBytesMin, writeSharedKey } from './shared-key.ts';
import type { ByteWriter } from './writer.ts';

/** The bytes of a page, inside the common envelope: a table of homes, then references of chunks ascending by first key. */

const chunkReferenceBytesMin = referenceBytesMin + sharedKeyBytesMin + 4;
const chunkReferenceBytesUsual = 96;
const fixedBytesUsual = 256;

export function encodePage(page: Page, digest: Digest): Uint8Array {
  const { chunks } = page;
  assert(chunks.length > 0, 'a page has a chunk');
  const writer = beginObject('page', fixedBytesUsual + chunks.length * chunkReferenceBytesUsual);
  const homes = homesOf(chunks.map(({ key }) => key));
  writeHomes(writer, homes);
  writer.varint(chunks.length);
  let previous: ChunkReference | undefined;
  for (const chunk of chunks) {
    assert(follows(previous, chunk.firstKey, chunk.continues), 'chunks ascend by first key');
    writeChunkReference(writer, chunk, homes, previous?.firstKey ?? '');
    previous = chunk;
  }
  return endObject(writer, digest);
}

export function decodePage(
  key: string,
  bytes: Uint8Array,
  digest: Digest,
  expected: ExpectedContent = {},
): Decoded<Page> {
  return decoding(key, () => {
    const reader = openObject('page', bytes, digest);
    checkContent(key, bytes, expected.hash, digest);
    const homes = readHomes(reader);
    const count = reader.count('chunks', chunkReferenceBytesMin, 1);
    const chunks: ChunkReference[] = [];
    for (let index = 0; index < count; index++) {
      const start = reader.offset;
      const previous = chunks.at(-1);
      const chunk = readChunkReference(reader, homes, previous?.firstKey ?? '');
      if (!follows(previous, chunk.firstKey, chunk.continues)) {
        throw outOfBounds(start, 'first key of a chunk', 'above the one before, or its continuation', 'another');
      }
      chunks.push(chunk);
    }
    reader.end();
    checkHomesUsed(homes);
    return { chunks };
  });
}

/** One key's versions may fill more than a chunk: those after the first continue it. */
function follows(previous: ChunkReference | undefined, firstKey: ByteString, continues: boolean): boolean {
  if (previous === undefined) return true;
  return continues ? previous.firstKey <= firstKey : previous.firstKey < firstKey;
}

function writeChunkReference(
  writer: ByteWriter,
  chunk: ChunkReference,
  homes: readonly string[],
  previousKey: ByteString,
): void {
  assert(chunk.versions > 0, 'a chunk has a version');
  assert(chunk.keysBytes > 0 && chunk.keysBytes < chunk.bytes, 'keys are a part of a chunk');
  writeHomeIndex(writer, homes, splitKey(chunk.key).home);
  writeReferenceBody(writer, chunk, 'chunk');
  writer.varint(chunk.keysBytes);
  writeSharedKey(writer, chunk.firstKey, previousKey);
  writeFlag(writer, chunk.continues);
  writer.varint(chunk.versions);
}

function readChunkReference(reader: ByteReader, homes: HomesTable, previousKey: ByteString): ChunkReference {
  const home = readHomeIndex(reader, homes);
  const reference = readReferenceBody(reader, home, 'chunk');
  const keysBytes = reader.varint('bytes of keys', 1, reference.bytes - 1);
  const firstKey = readSharedKey(reader, previousKey);
  const continues = readFlag(reader, 'continues');
  const versions = reader.varint('versions of a chunk', 1);
  return { ...reference, keysBytes, firstKey, continues, versions };
}
