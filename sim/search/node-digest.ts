import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Digest } from '../../src/ports/digest.ts';

/** What the simulated nodes hash with. The oracles have their own. */
export const nodeDigest: Digest = {
  sha256(...parts) {
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part);
    return new Uint8Array(hash.digest());
  },
  crc32: (bytes) => crc32(bytes),
};
