/**
 * Digests as pure functions: the same bytes give the same answer everywhere, so the core may call them synchronously.
 * Injected because the fast implementation belongs to the platform.
 */
export interface Digest {
  /** SHA-256 of the parts in order (FIPS 180-4): 32 bytes. */
  sha256(...parts: readonly Uint8Array[]): Uint8Array;
  /** CRC-32 (IEEE 802.3, as zlib's) of the bytes, unsigned. */
  crc32(bytes: Uint8Array): number;
}
