import { log, type Core } from '../core.ts';
import { NodeFailure } from '../failure.ts';
import { describeDamage } from '../format/damage.ts';
import { slotKey } from '../format/keys.ts';
import { decodeSegment } from '../format/segment.ts';
import { readDecoded } from '../store/objects.ts';
import { equalBytes } from '../types/bytes.ts';
import type { DecodedFrame } from '../format/frame.ts';
import { readLocalLog } from '../format/local-log.ts';
import { call, type Task } from '../task.ts';
import type { LogPosition } from '../types/log.ts';
import { createSlotSource, readSlotAnywhere, type SlotSource, type SourceOfSlots } from './slot-source.ts';
import { frameBreak } from './verify.ts';

/**
 * What the local log alone holds: frames acknowledged from this disk that no slot has. They go on from the end of the log only if the
 * chain proves it; else the whole local log is set aside and reported, and nothing of it is used.
 */
export interface LocalLogFound {
  readonly files: readonly string[];
  /** Frames with sequences beyond what the slots hold, in order. */
  readonly frames: readonly DecodedFrame[];
}

export function* readLocalLogFiles(core: Core): Task<LocalLogFound> {
  const listed = yield* call({ kind: 'disk-list' });
  if (listed.kind === 'local-failed') throw new NodeFailure(`the local log cannot be listed: ${listed.message}`);
  const frames: DecodedFrame[] = [];
  for (const [index, file] of listed.files.entries()) {
    const read = yield* call({ kind: 'disk-read', file });
    if (read.kind === 'local-failed') throw new NodeFailure(`the local log cannot be read: ${read.message}`);
    const content = readLocalLog(file, read.bytes ?? new Uint8Array(0), core.digest);
    frames.push(...content.frames);
    if (content.end.kind === 'clean') continue;
    const last = index === listed.files.length - 1;
    if (content.end.kind === 'damaged' || !last) {
      throw new NodeFailure(
        `the local log is damaged: ${describeDamage(content.end.damage)}. It may hold acknowledged writes that are nowhere else: restore the file, ` +
          'or move the data folder away and start once with --accept-local-loss',
      );
    }
    log(core, 'warn', 'the local log ends in a torn frame, which was never acknowledged', {
      file,
      bytes: content.end.goodBytes,
    });
  }
  return { files: listed.files, frames };
}

/** The frames that continue the log's end; undefined when the chain disagrees. */
export function framesBeyond(
  position: LogPosition,
  frames: readonly DecodedFrame[],
): readonly DecodedFrame[] | undefined {
  const beyond = frames.filter(({ frame }) => frame.firstSequence > position.sequence);
  let end: Pick<LogPosition, 'frameHash' | 'sequence'> = position;
  for (const { frame, hash } of beyond) {
    if (frameBreak(end, frame) !== undefined) return undefined;
    end = { sequence: frame.firstSequence + frame.records.length - 1, frameHash: hash };
  }
  return beyond;
}

/** How far back the log is searched for a frame: as many readings, one after another. What is not found is kept aside. */
const slotsSearchedMax = 1_000;

/**
 * True when every frame that is not beyond the log's end is part of the log. Frames that follow one another prove each other: the last
 * of each such row has to be found.
 */
export function* isWithinLog(
  core: Core,
  { databaseId, archives }: Pick<SourceOfSlots, 'databaseId' | 'archives'>,
  position: LogPosition,
  frames: readonly DecodedFrame[],
): Task<boolean> {
  const source = createSlotSource(core, { databaseId, archives, home: undefined });
  const within = frames.filter(({ frame }) => frame.firstSequence <= position.sequence);
  for (const [index, found] of within.entries()) {
    const next = within[index + 1];
    if (next !== undefined && equalBytes(next.frame.previousFrameHash, found.hash)) continue;
    if (!(yield* holdsFrame(core, databaseId, source, position, found))) return false;
  }
  return true;
}

/** Goes back from the log's end, by the hashes. */
function* holdsFrame(
  core: Core,
  databaseId: Uint8Array,
  source: SlotSource,
  position: LogPosition,
  wanted: DecodedFrame,
): Task<boolean> {
  if (equalBytes(wanted.hash, position.frameHash)) return true;
  let { segmentHash } = position;
  const lowest = Math.max(1, position.slot - slotsSearchedMax + 1);
  for (let slot = position.slot; slot >= lowest; slot--) {
    const key = slotKey(slot);
    const read = yield* readDecoded(core, key, (body) => decodeSegment(key, body, core.digest, { databaseId, slot }));
    if (read.kind === 'damaged') return false;
    const segment = read.kind === 'ok' ? read.value : yield* readSlotAnywhere(source, slot);
    if (segment === undefined) return false;
    if (!equalBytes(segment.hash, segmentHash)) continue;
    if (segment.frames.some(({ hash }) => equalBytes(hash, wanted.hash))) return true;
    if (segment.frames[0]!.frame.firstSequence <= wanted.frame.firstSequence) return false;
    segmentHash = segment.header.previousSegmentHash;
  }
  return false;
}

/**
 * Takes away files whose frames are all in slots. Synced, before another file begins: a file that came back after a power loss would
 * stand before it, and if it is torn, look damaged.
 */
export function* clearLocalLog(files: readonly string[]): Task<void> {
  for (const file of files) {
    const removed = yield* call({ kind: 'disk-remove', file, durability: 'fsync' });
    if (removed.kind === 'local-failed') throw new NodeFailure(`the local log cannot be cleared: ${removed.message}`);
  }
}

export function* setLocalLogAside(core: Core, files: readonly string[], why: string): Task<void> {
  for (const file of files) {
    const moved = yield* call({ kind: 'disk-set-aside', file });
    if (moved.kind === 'local-failed') throw new NodeFailure(`the local log cannot be set aside: ${moved.message}`);
    log(core, 'error', 'local log set aside: its records are not part of this database', { why, path: moved.path });
  }
}
