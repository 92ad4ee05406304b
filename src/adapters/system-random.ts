import { randomFillSync } from 'node:crypto';
import type { RandomSource } from '../ports/random.ts';

/** The operating system's generator, through OpenSSL. */
export function createSystemRandom(): RandomSource {
  return {
    bytes: (length) => randomFillSync(new Uint8Array(length)),
  };
}
