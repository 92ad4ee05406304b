/**
 * Compression as pure functions, injected because the fast implementation belongs to the platform. Which bytes `compress` gives may
 * differ between releases of the platform; what they decompress to never does.
 */
export interface Compression {
  /** What `compress` writes: 0 stored as it is, 1 zstd (RFC 8878). */
  readonly codec: CompressionCodec;
  compress(bytes: Uint8Array): Uint8Array;
  /** Exactly `size` bytes; undefined when the codec is not known here, or the bytes are not what it wrote for that size. */
  decompress(codec: CompressionCodec, bytes: Uint8Array, size: number): Uint8Array | undefined;
}

export type CompressionCodec = 0 | 1;
