import type { Core } from '../core.ts';
import type { DecodedFrame } from '../format/frame.ts';
import { slotKey } from '../format/keys.ts';
import { positionOfGenesis, skipping } from '../recover/genesis.ts';
import { isBeyond, placed } from '../recover/is-beyond.ts';
import { followLog, type LogPlace, type LogRules, type LogStretch, type SegmentTaker } from '../recover/read-log.ts';
import { positionAfter, proveFrame } from '../recover/replay.ts';
import type { Task } from '../task.ts';
import type { Base, Cut, Manifest } from '../types/log.ts';
import type { ContentReader } from './content-reader.ts';
import type { Reach } from './reach.ts';

/** From a position on: the ancestors' slots that belong to the database, then its own, each record up to the cuts. */

export interface Following extends LogPlace {
  readonly kind: 'follow';
  wallMs: number;
  /** What the log of the start's own database goes on with. */
  readonly base: Base | undefined;
  cutIn: number | undefined;
  /** Of the frame that a cut left out, or cut short. */
  beyondWallMs: number;
}

/** The ancestors' slots, up to where the own log goes on. `cut`: it was met. `skipped`: it is a revision that was skipped. */
export function* followBase(
  core: Core,
  manifest: Manifest,
  at: Following,
  { from, to: cut }: Pick<Reach, 'from' | 'to'>,
  reader: ContentReader,
): Task<'cut' | 'skipped' | 'end'> {
  if (at.base === undefined) return 'end';
  const { stretches } = at.base;
  for (const [index, stretch] of stretches.entries()) {
    const rules = rulesOf(manifest, stretch.databaseId, 0);
    const within = yield* followOne(core, at, rules, [stretch.cut, cut], reader, stretch);
    const isLast = cut.kind === 'revision' && stretch.skippedRevision > 0 && cut.revision <= at.position.revision;
    if (within === 'cut' || isLast) {
      at.cutIn = index;
      return 'cut';
    }
    const { revision } = at.position;
    goOn(core, at, stretches[index + 1]?.databaseId ?? manifest.databaseId, stretch.skippedRevision, reader);
    if (isBetween(from, revision, stretch.skippedRevision)) return 'skipped';
    if (isBetween(cut, revision, stretch.skippedRevision)) return 'skipped';
  }
  return 'end';
}

function isBetween(cut: Cut, above: number, below: number): boolean {
  return cut.kind === 'revision' && cut.revision > above && cut.revision < below;
}

/** Of a reader without a reign of its own: no epoch is above it. */
export function rulesOf({ logInflightMax }: Manifest, databaseId: Uint8Array, durableSlot: number): LogRules {
  return { databaseId, durableSlot, logInflightMax, epoch: Number.MAX_SAFE_INTEGER, archives: undefined };
}

/** From an ancestor's log to the first slot of the one that left it. */
function goOn(core: Core, at: Following, databaseId: Uint8Array, skippedRevision: number, reader: ContentReader): void {
  at.position = positionOfGenesis(core, databaseId, skipping(at.position, skippedRevision));
  at.nextSlot = 1;
  if (skippedRevision > 0) reader.skipped(at.position);
}

/** `cut`: a record beyond one of the cuts was met, which ends the reading; but a stretch's own, its first one, ends that alone. */
export function* followOne(
  core: Core,
  at: Following,
  rules: LogRules,
  cuts: readonly Cut[],
  reader: ContentReader,
  stretch: LogStretch | undefined,
): Task<'cut' | 'end'> {
  let ended: 'cut' | 'end' = 'end';
  const taker: SegmentTaker = {
    take(segments) {
      for (const { header, frames, hash } of segments) {
        for (const frame of frames) {
          const beyond = takeFrame(at, frame, slotKey(header.slot), cuts, reader);
          if (beyond === undefined) continue;
          ended = stretch !== undefined && beyond === 0 ? 'end' : 'cut';
          return 'enough';
        }
        at.position = { ...at.position, slot: header.slot, epoch: header.epoch, segmentHash: hash };
      }
      return 'more';
    },
  };
  yield* followLog(core, at, rules, taker, stretch);
  return ended;
}

/** Index of the cut that a record of the frame is beyond; undefined: all of it is within. */
function takeFrame(
  at: Following,
  { frame, hash }: DecodedFrame,
  source: string,
  cuts: readonly Cut[],
  reader: ContentReader,
): number | undefined {
  proveFrame(at.position, frame, source);
  for (const record of frame.records) {
    const place = placed(record, at.position.sequence + 1, frame.wallMs);
    const beyond = cuts.findIndex((cut) => isBeyond(cut, place));
    if (beyond >= 0) {
      at.beyondWallMs = frame.wallMs;
      return beyond;
    }
    reader.record(record, frame.wallMs);
    at.position = positionAfter(at.position, record);
    at.wallMs = frame.wallMs;
  }
  at.position = { ...at.position, frameHash: hash };
  return undefined;
}
