/** Bytes from a cryptographically strong source (production) or a keyed stream (simulation). Asked at the edge only: the core gets seeds by event. */
export interface RandomSource {
  bytes(length: number): Uint8Array;
}
