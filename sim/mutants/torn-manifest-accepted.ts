import type { Digest } from '../../src/ports/digest.ts';
import { checksumBytes, hasMagic } from '../../src/core/format/envelope.ts';
import * as original from '../../src/core/format/manifest.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/format/manifest.ts';

export const mutant: Mutant = {
  name: 'torn-manifest-accepted',
  replaces: 'src/core/format/manifest.ts',
  breaks: 'collection',
  description: 'Takes what came of a manifest that was cut off, as if nothing followed.',
};

/** A list that is cut off ends there, and whatever comes after it is empty: zeros. */
const zerosMax = 24;

export const decodeManifest: typeof original.decodeManifest = (key, bytes, digest, expected) => {
  const whole = original.decodeManifest(key, bytes, digest, expected);
  if (whole.kind === 'ok' || !hasMagic('manifest', bytes, 0)) return whole;
  for (let zeros = 0; zeros <= zerosMax; zeros++) {
    const mended = original.decodeManifest(key, sealed(bytes, zeros, digest), digest, expected);
    if (mended.kind === 'ok') return mended;
  }
  return whole;
};

function sealed(bytes: Uint8Array, zeros: number, digest: Digest): Uint8Array {
  const mended = new Uint8Array(bytes.length + zeros + checksumBytes);
  mended.set(bytes);
  const checksum = digest.crc32(mended.subarray(0, bytes.length + zeros));
  new DataView(mended.buffer).setUint32(bytes.length + zeros, checksum);
  return mended;
}
