import type { Digest } from '../../ports/digest.ts';
import { DamageSignal, decoding } from './damage.ts';
import type { DamagedObject } from './damage.ts';
import { hasMagic } from './envelope.ts';
import { readFrame, readFrameEnd } from './frame.ts';
import type { DecodedFrame } from './frame.ts';

/**
 * A local log file is frames one after another and nothing else. A crash may tear its last append, so bytes at its end that are no
 * whole frame were never acknowledged. Anything else that is wrong is damage: a bad frame with a valid one after it, and a frame
 * that is whole but not readable by this release.
 *
 * Whether the frames follow one another in the chain is not judged here.
 */
export interface LocalLog {
  /** Those before the end or the damage. They hold views into the bytes read. */
  readonly frames: readonly DecodedFrame[];
  readonly end: LocalLogEnd;
}

export type LocalLogEnd =
  | { readonly kind: 'clean' }
  /** `damage.offset` is where the bytes go wrong; the file is good up to `goodBytes`. */
  | { readonly kind: 'torn'; readonly goodBytes: number; readonly damage: DamagedObject }
  | { readonly kind: 'damaged'; readonly goodBytes: number; readonly damage: DamagedObject };

export function readLocalLog(file: string, bytes: Uint8Array, digest: Digest): LocalLog {
  const frames: DecodedFrame[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const start = offset;
    const decoded = decoding(file, () => readFrame(bytes, start, digest));
    if (decoded.kind === 'damaged') {
      return { frames, end: endOf(bytes, start, decoded.damage, digest) };
    }
    frames.push(decoded.value);
    offset += decoded.value.bytes.length;
  }
  return { frames, end: { kind: 'clean' } };
}

function endOf(bytes: Uint8Array, start: number, damage: DamagedObject, digest: Digest): LocalLogEnd {
  // Its checksums hold, so no crash made it: a newer release did, or a bug.
  const whole = damage.reason === 'version' || damage.reason === 'value' || damage.reason === 'trailing';
  if (whole || validFrameFollows(bytes, start, digest)) return { kind: 'damaged', goodBytes: start, damage };
  return { kind: 'torn', goodBytes: start, damage };
}

/**
 * When the bad frame's header can be trusted, the next frame begins at its end or not at all: a value may well contain a frame's
 * bytes. Else a frame may begin anywhere.
 */
function validFrameFollows(bytes: Uint8Array, start: number, digest: Digest): boolean {
  const end = signalled(() => readFrameEnd(bytes, start, digest));
  if (end !== undefined) return end < bytes.length && isFrame(bytes, end, digest);
  for (let offset = start + 1; offset < bytes.length; offset++) {
    if (hasMagic('frame', bytes, offset) && isFrame(bytes, offset, digest)) return true;
  }
  return false;
}

function isFrame(bytes: Uint8Array, offset: number, digest: Digest): boolean {
  return signalled(() => readFrame(bytes, offset, digest)) !== undefined;
}

function signalled<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DamageSignal) return undefined;
    throw error;
  }
}
