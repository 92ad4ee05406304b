import type { Compression, CompressionCodec } from '../../ports/compression.ts';
import { assert } from '../assert.ts';
import { sectionBytesMax } from '../limits.ts';
import { ByteReader, outOfBounds } from './reader.ts';
import type { ByteWriter } from './writer.ts';

/**
 * Bytes that may be compressed: codec, size of the content, size as stored, the bytes. What compression does not make smaller is stored
 * as it is. The checksum is the caller's.
 */

const codecStored: CompressionCodec = 0;
const codecZstd: CompressionCodec = 1;

/** What a section takes beyond its bytes, at most. */
export const sectionOverheadBytes = 17;

export function writeSection(writer: ByteWriter, content: Uint8Array, compression: Compression): void {
  assert(content.length <= sectionBytesMax, 'a section is larger than sectionBytesMax');
  const compressed = compression.codec === codecStored ? content : compression.compress(content);
  const smaller = compressed.length < content.length;
  const stored = smaller ? compressed : content;
  writer.u8(smaller ? compression.codec : codecStored);
  writer.varint(content.length);
  writer.bytes(stored);
}

/** Stands at the content; offsets are those in the object, but for compressed content those in what came out of it. */
export function readSection(reader: ByteReader, what: string, compression: Compression): ByteReader {
  const start = reader.offset;
  const codec = reader.u8(`codec of the ${what}`);
  const size = reader.varint(`size of the ${what}`, 0, sectionBytesMax);
  const storedOffset = reader.offset;
  const storedSize = reader.varint(`stored size of the ${what}`);
  if (codec === codecStored) {
    if (storedSize === size) return reader.part(size, what);
    throw outOfBounds(storedOffset, `stored size of the ${what}`, `${size} bytes`, `${storedSize}`);
  }
  if (codec !== codecZstd) throw outOfBounds(start, `codec of the ${what}`, '0 (none) or 1 (zstd)', String(codec));
  if (storedSize >= size) {
    throw outOfBounds(storedOffset, `stored size of the ${what}`, `less than ${size} bytes`, `${storedSize}`);
  }
  const contentOffset = reader.offset;
  const content = compression.decompress(codec, reader.raw(storedSize, what), size);
  if (content !== undefined) return new ByteReader(content);
  const expected = `zstd of ${size} bytes, and a platform that reads zstd`;
  throw outOfBounds(contentOffset, what, expected, 'bytes that cannot be decompressed here');
}
