import * as zlib from 'node:zlib';
import type { Compression } from '../ports/compression.ts';

/** zstd of Node's own library, where this release of Node has it; without it content is stored as it is, and zstd cannot be read. */

/** Node's types promise it; releases before 22.15 do not have it. */
const { zstdCompressSync, zstdDecompressSync } = zlib as Partial<typeof zlib>;

const stored: Compression = {
  codec: 0,
  compress: (bytes) => bytes,
  decompress: (codec, bytes, size) => (codec === 0 && bytes.length === size ? bytes : undefined),
};

export function createNodeCompression(): Compression {
  if (zstdCompressSync === undefined || zstdDecompressSync === undefined) return stored;
  return {
    codec: 1,
    compress: (bytes) => plain(zstdCompressSync(bytes)),
    decompress: (codec, bytes, size) => {
      if (codec === 0) return stored.decompress(codec, bytes, size);
      try {
        // The option must be positive; what comes out of a damaged frame must not fill the memory.
        const content = zstdDecompressSync(bytes, { maxOutputLength: Math.max(size, 1) });
        return content.length === size ? plain(content) : undefined;
      } catch {
        return undefined;
      }
    },
  };
}

function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
