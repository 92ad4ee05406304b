import type { Core } from '../core.ts';
import { encodeFrame } from '../format/frame.ts';
import { frameHash, segmentHash } from '../format/hashes.ts';
import { encodeSegment } from '../format/segment.ts';
import type { LogRecord } from '../types/record.ts';
import type { Version } from '../types/version.ts';

/** Sealing turns waiting records into the bytes that stand for them from then on. */

export interface AdmittedRecord {
  readonly record: LogRecord;
  /** What the record made in the state, in order of `sub`. */
  readonly versions: readonly Version[];
}

export interface SealedFrame {
  readonly bytes: Uint8Array;
  readonly hash: Uint8Array;
  readonly firstSequence: number;
  readonly wallMs: number;
  readonly admitted: readonly AdmittedRecord[];
  onDisk: boolean;
  inSlot: boolean;
  acknowledged: boolean;
  /** When it was acknowledged, by the monotonic clock. */
  acknowledgedAtMs: number;
}

/** Where the chain of frames and segments ends, sealed ones included. */
export interface ChainEnd {
  readonly nextSlot: number;
  readonly segmentHash: Uint8Array;
  readonly nextSequence: number;
  readonly frameHash: Uint8Array;
  readonly wallMs: number;
}

export function sealFrame(
  core: Core,
  epoch: number,
  chain: ChainEnd,
  admitted: readonly AdmittedRecord[],
): { readonly frame: SealedFrame; readonly chain: ChainEnd } {
  const wallMs = core.at.wallMs > chain.wallMs ? core.at.wallMs : chain.wallMs;
  const bytes = encodeFrame(
    {
      epoch,
      firstSequence: chain.nextSequence,
      previousFrameHash: chain.frameHash,
      wallMs,
      records: admitted.map(({ record }) => record),
    },
    core.digest,
  );
  const hash = frameHash(bytes, core.digest);
  const frame: SealedFrame = {
    bytes,
    hash,
    firstSequence: chain.nextSequence,
    wallMs,
    admitted,
    onDisk: false,
    inSlot: false,
    acknowledged: false,
    acknowledgedAtMs: 0,
  };
  return {
    frame,
    chain: { ...chain, nextSequence: chain.nextSequence + admitted.length, frameHash: hash, wallMs },
  };
}

export interface SegmentIdentity {
  readonly databaseId: Uint8Array;
  readonly epoch: number;
  readonly nonce: Uint8Array;
}

export interface SealedSegment {
  readonly slot: number;
  readonly bytes: Uint8Array;
  readonly hash: Uint8Array;
}

export function sealSegment(
  core: Core,
  identity: SegmentIdentity,
  kind: 'fence' | 'data',
  chain: ChainEnd,
  durableSlot: number,
  frames: readonly Uint8Array[],
): { readonly segment: SealedSegment; readonly chain: ChainEnd } {
  const bytes = encodeSegment(
    { ...identity, slot: chain.nextSlot, kind, previousSegmentHash: chain.segmentHash, durableSlot },
    frames,
    core.digest,
  );
  const hash = segmentHash(bytes, core.digest);
  return {
    segment: { slot: chain.nextSlot, bytes, hash },
    chain: { ...chain, nextSlot: chain.nextSlot + 1, segmentHash: hash },
  };
}
