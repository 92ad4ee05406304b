import type { Core } from '../core.ts';
import { NodeFailure } from '../failure.ts';
import { frameRecordBytesMax, unacknowledgedBytesMax, unacknowledgedRecordsMax } from '../limits.ts';
import type { Reign } from '../reign/reign.ts';
import { createSignal, fire, until, type Scope, type Signal } from '../task.ts';
import { appendFrame, removeFile } from './local-log-disk.ts';
import { createLocalLogFiles } from './local-log-files.ts';
import { mayAcknowledge } from './may-acknowledge.ts';
import { segmentsInFlightAllowed } from './may-publish.ts';
import { publishSegment, type Publication } from './publish.ts';
import { recordBytes } from './record-bytes.ts';
import {
  sealFrame,
  sealSegment,
  type AdmittedRecord,
  type ChainEnd,
  type SealedFrame,
  type SealedSegment,
  type SegmentIdentity,
} from './seal.ts';

/**
 * The way of a write, from admission (`../lead/admit.ts`) to acknowledgement (`../lead/commit.ts`):
 *
 *   evaluate.ts     the request becomes a record, and the state holds its effect
 *   pipeline.ts     records wait for a round trip, and go together (group commit)
 *   seal.ts         the waiting records become a frame, frames become a segment
 *   publish.ts      the segment goes into its slot; unknown outcomes are settled
 *   may-acknowledge.ts, acknowledge.ts   when the slot (or the disk) has it, answers leave, in order
 *   apply.ts        the local store follows, and with it the node's place in the chain
 *
 * Invariants:
 * - Frames are acknowledged, and segments counted as filled, strictly in the order in which they were sealed.
 * - What was sealed keeps its bytes; a segment that finds its slot taken is the only one in flight, and its frames move on as they are.
 * - Nothing is admitted beyond the bounds on waiting records; who is refused is told so.
 */
export interface Pipeline {
  /** Takes a record whose effect the state holds; returns its sequence. */
  admit(admitted: AdmittedRecord): number;
  /** Sequence of the last record admitted. */
  headSequence(): number;
  full(): boolean;
  /** Publishes what waits without waiting for more, from now on. */
  drain(): void;
  drained(): boolean;
  readonly drainedSignal: Signal;
}

export interface PipelineEdges {
  /** The frame is durable as promised: its effects may be shown. */
  acknowledged(frame: SealedFrame): void;
  /** Its segment is in its slot, with all before it. */
  filled(segment: SealedSegment, frames: readonly SealedFrame[]): void;
  deposed(reason: string): void;
}

export interface PipelineStart {
  readonly identity: SegmentIdentity;
  readonly chain: ChainEnd;
  readonly fenceSlot: number;
  readonly logInflightMax: number;
}

interface SegmentInFlight {
  readonly segment: SealedSegment;
  readonly frames: readonly SealedFrame[];
  readonly chainBefore: ChainEnd;
  filled: boolean;
}

export function createPipeline(
  core: Core,
  scope: Scope,
  reign: Reign,
  start: PipelineStart,
  edges: PipelineEdges,
): Pipeline {
  const rule = reign.control.rule;
  const { uploadIntervalMs } = core.configuration;
  const files = createLocalLogFiles();
  const drainedSignal = createSignal();
  let chain = start.chain;
  let headSequence = chain.nextSequence - 1;
  let open: { readonly admitted: AdmittedRecord; readonly bytes: number }[] = [];
  /** Sealed, not yet in a slot; the acknowledged ones come first. */
  let unslotted: SealedFrame[] = [];
  /** How many of them, from the front, are acknowledged. */
  let acknowledgedFrames = 0;
  /** On disk, not yet in a segment (rule `local`). */
  let unsent: { readonly frame: SealedFrame; readonly sealedAtMs: number }[] = [];
  let inFlight: SegmentInFlight[] = [];
  let unacknowledgedBytes = 0;
  let unacknowledgedRecords = 0;
  let appending = false;
  let flushScheduled = false;
  let uploadScheduled = false;
  let draining = false;

  function admit(admitted: AdmittedRecord): number {
    const bytes = recordBytes(admitted.record);
    open.push({ admitted, bytes });

    unacknowledgedBytes += bytes;
    unacknowledgedRecords += 1;
    headSequence += 1;
    scheduleFlush();
    return headSequence;
  }

  /** At the end of what has arrived together, not after each record: the first write goes at once, and what came with it goes along. */
  function scheduleFlush(): void {
    if (flushScheduled) return;
    flushScheduled = true;
    scope.spawn(until(core.at.monotonicMs), () => {
      flushScheduled = false;
      flush();
    });
  }

  function flush(): void {
    if (rule === 'local') flushToDisk();
    else flushToSlots();
    if (drained()) fire(drainedSignal);
  }

  function flushToSlots(): void {
    while (open.length > 0 && mayPublish()) publish([sealOpen()]);
  }

  function mayPublish(): boolean {
    const allowed = segmentsInFlightAllowed(
      chain.nextSlot,
      start.fenceSlot,
      start.logInflightMax,
      core.configuration.logInflightMax,
    );
    return inFlight.length < allowed;
  }

  function sealOpen(): SealedFrame {
    let count = 0;
    let bytes = 0;
    while (count < open.length && (count === 0 || bytes + open[count]!.bytes <= frameRecordBytesMax)) {
      bytes += open[count]!.bytes;
      count += 1;
    }
    const taken = open.slice(0, count);
    open = open.slice(count);

    const sealed = sealFrame(
      core,
      start.identity.epoch,
      chain,
      taken.map(({ admitted }) => admitted),
    );
    chain = sealed.chain;
    unslotted.push(sealed.frame);
    return sealed.frame;
  }

  function publish(frames: readonly SealedFrame[]): void {
    const chainBefore = chain;
    const bytes = frames.map((frame) => frame.bytes);
    const sealed = sealSegment(core, start.identity, 'data', chain, reign.durableSlot, bytes);
    chain = sealed.chain;
    const item: SegmentInFlight = { segment: sealed.segment, frames, chainBefore, filled: false };
    inFlight.push(item);
    scope.spawn(publishSegment(core, start.identity, sealed.segment), (publication) => published(item, publication));
  }

  function published(item: SegmentInFlight, publication: Publication): void {
    switch (publication.kind) {
      case 'deposed':
        edges.deposed(`slot ${item.segment.slot} holds a segment of epoch ${publication.epoch}`);
        return;
      case 'taken':
        moveOn(item);
        return;
      case 'filled':
        item.filled = true;
        advance();
        return;
    }
  }

  function moveOn(item: SegmentInFlight): void {
    if (inFlight.length !== 1 || item.segment.slot > start.fenceSlot + start.logInflightMax) {
      throw new NodeFailure(
        `slot ${item.segment.slot} was taken by an earlier reign, out of reach of the ${start.logInflightMax} segments that a writer of this database may have in flight`,
      );
    }
    inFlight = [];
    chain = { ...chain, nextSlot: item.segment.slot + 1, segmentHash: item.chainBefore.segmentHash };
    publish(item.frames);
  }

  function advance(): void {
    while (inFlight[0]?.filled === true) {
      const item = inFlight.shift()!;
      reign.durableSlot = item.segment.slot;
      for (const frame of item.frames) frame.inSlot = true;
      acknowledge();
      unslotted = unslotted.slice(item.frames.length);
      acknowledgedFrames -= item.frames.length;
      edges.filled(item.segment, item.frames);
      releaseFiles(item.frames.at(-1)!);
    }
    acknowledge();
    if (rule === 'local') upload();
    flush();
  }

  function acknowledge(): void {
    for (; acknowledgedFrames < unslotted.length; acknowledgedFrames++) {
      const frame = unslotted[acknowledgedFrames]!;
      const oldest = unslotted[0]!;
      const oldestWaitingMs = oldest.acknowledged && !oldest.inSlot ? core.at.monotonicMs - oldest.acknowledgedAtMs : 0;
      if (!mayAcknowledge(rule, frame, oldestWaitingMs, uploadIntervalMs)) return;
      frame.acknowledged = true;
      frame.acknowledgedAtMs = core.at.monotonicMs;
      for (const { record } of frame.admitted) unacknowledgedBytes -= recordBytes(record);
      unacknowledgedRecords -= frame.admitted.length;
      edges.acknowledged(frame);
    }
  }

  function flushToDisk(): void {
    if (appending || open.length === 0) return;
    const frame = sealOpen();
    const sealedAtMs = core.at.monotonicMs;
    appending = true;
    scope.spawn(appendFrame(files.fileFor(frame), frame.bytes), () => {
      appending = false;
      frame.onDisk = true;
      unsent.push({ frame, sealedAtMs });
      acknowledge();
      upload();
      flush();
    });
  }

  /** Slots follow the disk: at half the interval, so that a round trip fits into the rest of it; sooner when much waits. */
  function upload(): void {
    while (unsent.length > 0 && mayPublish() && uploadDue()) {
      let count = 0;
      let bytes = 0;
      while (count < unsent.length && (count === 0 || bytes < frameRecordBytesMax)) {
        bytes += unsent[count]!.frame.bytes.length;
        count += 1;
      }
      const frames = unsent.slice(0, count).map(({ frame }) => frame);
      unsent = unsent.slice(count);
      publish(frames);
    }
    scheduleUpload();
  }

  function uploadDue(): boolean {
    return draining || core.at.monotonicMs >= uploadDueMs() || unsentBytes() >= frameRecordBytesMax;
  }

  function uploadDueMs(): number {
    return unsent[0]!.sealedAtMs + uploadIntervalMs / 2;
  }

  function unsentBytes(): number {
    let bytes = 0;
    for (const { frame } of unsent) bytes += frame.bytes.length;
    return bytes;
  }

  function scheduleUpload(): void {
    if (uploadScheduled || unsent.length === 0 || core.at.monotonicMs >= uploadDueMs()) return;
    uploadScheduled = true;
    scope.spawn(until(uploadDueMs()), () => {
      uploadScheduled = false;
      upload();
    });
  }

  function releaseFiles(last: SealedFrame): void {
    if (rule !== 'local') return;
    for (const file of files.released(last.firstSequence + last.admitted.length - 1)) {
      scope.spawn(removeFile(core, file));
    }
  }

  function drained(): boolean {
    return open.length === 0 && unslotted.length === 0;
  }

  return {
    admit,
    headSequence: () => headSequence,
    full: () => unacknowledgedBytes > unacknowledgedBytesMax || unacknowledgedRecords > unacknowledgedRecordsMax,
    drain() {
      draining = true;
      if (rule === 'local') upload();
      flush();
    },
    drained,
    drainedSignal,
  };
}
