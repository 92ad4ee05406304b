import type { Compression } from '../../ports/compression.ts';

/** Content as it is: for worlds where the same content must have the same bytes everywhere. */
export const noCompression: Compression = {
  codec: 0,
  compress: (bytes) => bytes,
  decompress: (codec, bytes, size) => (codec === 0 && bytes.length === size ? bytes : undefined),
};
