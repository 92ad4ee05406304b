/** In place. `bit` counts from the first byte's lowest. */
export function flipBit(bytes: Uint8Array, bit: number): void {
  bytes[bit >>> 3] = bytes[bit >>> 3]! ^ (1 << (bit & 7));
}
