import { log, type Core } from '../core.ts';
import { LocalStoreDamage, NodeFailure } from '../failure.ts';
import { logPrefix, slotKey, slotOfKey } from '../format/keys.ts';
import type { DecodedSegment } from '../format/segment.ts';
import { listKeys } from '../store/list.ts';
import { all, type Task } from '../task.ts';
import type { ArchiveReference, LogPosition } from '../types/log.ts';
import { readManifest } from './locate-manifest.ts';
import { readSegment, slotKeyOf } from './read-segment.ts';
import type { Recovered } from './recovered.ts';
import { replaySegments } from './replay.ts';
import { createSlotSource, type SlotSource } from './slot-source.ts';
import { unbrokenRow } from './unbroken-row.ts';
import { segmentPlace } from './verify.ts';

/**
 * Reads the log from a place in the chain to its end, and hands on what is alive. The end is the first slot that the store has
 * nothing in. Segments beyond it are a writer's that had several in flight; more of them than it may have had, or one that
 * says that the missing slot was durable, means that a segment was lost: then nothing is served.
 */

export interface LogRules {
  readonly databaseId: Uint8Array;
  readonly logInflightMax: number;
  /** Slots up to here were durable, by `control` and the checkpoints. */
  readonly durableSlot: number;
  /** Epoch of the reader's own reign: a higher one in the log deposes it. */
  readonly epoch: number;
  /** Slots that are read there, as the manifest said; undefined: it has not been asked. */
  readonly archives: readonly ArchiveReference[] | undefined;
}

/** Whose log it is, and how far it is read, where it is not the reader's own to its end. */
export interface LogStretch {
  /** From the root of the family's store, as in the manifest. */
  readonly home: string;
  /** Every slot up to here has to be there; undefined: the log is read to its end. */
  readonly lastSlot: number | undefined;
}

/** What has been read and proved. Whoever is given segments moves the position on. */
export interface LogPlace {
  position: LogPosition;
  nextSlot: number;
}

/** Takes live segments in order. `enough`: no more of them is wanted. */
export interface SegmentTaker {
  take(segments: readonly DecodedSegment[]): Taken | Task<Taken>;
}

export type Taken = 'more' | 'enough';

/** `deposed`: a segment of a later reign was met, or of another one with this epoch. */
export function* readLog(core: Core, recovered: Recovered, rules: LogRules): Task<'end' | 'deposed'> {
  const taker: SegmentTaker = {
    *take(segments) {
      yield* replaySegments(core, recovered, segments);
      return 'more';
    },
  };
  try {
    const read = yield* followLog(core, recovered, rules, taker);
    return read === 'deposed' ? 'deposed' : 'end';
  } catch (error) {
    if (!(error instanceof NodeFailure)) throw error;
    yield* beginAgainIfCollected(core, recovered.nextSlot);
    throw error;
  }
}

/** What is missing may have been collected from outside since this recovery read the manifest: then there is a newer checkpoint. */
function* beginAgainIfCollected(core: Core, nextSlot: number): Task<void> {
  const floor = (yield* readManifest(core))?.manifest.logFloor ?? 0;
  if (floor > nextSlot) throw new LocalStoreDamage(`slot ${nextSlot} was collected during the recovery`);
}

/** The same for any reader of the log, of any database of the family. `enough`: as the taker said. */
export function* followLog(
  core: Core,
  place: LogPlace,
  rules: LogRules,
  taker: SegmentTaker,
  stretch?: LogStretch,
): Task<'end' | 'enough' | 'deposed'> {
  const started = place.nextSlot;
  const lastSlot = stretch?.lastSlot;
  const { databaseId, archives } = rules;
  const source = createSlotSource(core, { databaseId, archives, home: stretch?.home });
  if (isEpochTaken(core, rules, place.position.epoch)) return 'deposed';
  for (let round = 1; ; round++) {
    const first = place.nextSlot;
    if (lastSlot !== undefined && first > lastSlot) return 'end';
    const row = unbrokenRow(first, yield* source.read(first, lastSlot));
    const live = livingSegments(core, place, row.segments, rules);
    if (live === 'deposed') return 'deposed';
    const taken = taker.take(live);
    if ((typeof taken === 'string' ? taken : yield* taken) === 'enough') return 'enough';
    place.nextSlot = row.nextSlot;
    if (round % 64 === 0) {
      log(core, 'info', 'replaying the log', {
        slots: place.nextSlot - started,
        revision: place.position.revision,
      });
    }
    if (!row.broken) continue;
    if (yield* isEnd(core, source, place.nextSlot, rules, stretch)) return 'end';
  }
}

/**
 * The reader's own fence is not in the log yet: its epoch there is another's, from before `control` was set back (restored from an older
 * version). An epoch that began twice would be no chain.
 */
function isEpochTaken(core: Core, rules: LogRules, epoch: number): boolean {
  core.epochMet = Math.max(core.epochMet, epoch);
  return epoch >= rules.epoch;
}

function livingSegments(
  core: Core,
  place: LogPlace,
  segments: readonly DecodedSegment[],
  rules: LogRules,
): readonly DecodedSegment[] | 'deposed' {
  const live: DecodedSegment[] = [];
  let { position } = place;
  for (const segment of segments) {
    const { header } = segment;
    if (isEpochTaken(core, rules, header.epoch)) return 'deposed';
    const standing = segmentPlace(position, header);
    if (standing === 'dead') continue;
    if (standing !== 'next')
      throw new NodeFailure(`${slotKey(header.slot)} is not part of this log: ${standing.broken}`);
    live.push(segment);
    position = { ...position, slot: header.slot, epoch: header.epoch, segmentHash: segment.hash };
  }
  return live;
}

/** False: the slot was filled meanwhile, or archived and deleted; read on. */
function* isEnd(
  core: Core,
  source: SlotSource,
  missingSlot: number,
  rules: LogRules,
  stretch?: LogStretch,
): Task<boolean> {
  const missing = slotKeyOf(missingSlot, stretch?.home);
  const durableSlot = Math.max(rules.durableSlot, stretch?.lastSlot ?? 0);
  if (missingSlot <= durableSlot) {
    if (yield* source.isArchived(missingSlot)) return false;
    throw new NodeFailure(
      `${missing} is missing, although slots up to ${durableSlot} were durable: the log lost it. Restore the object from a version or a backup of the bucket.`,
    );
  }
  const beyond = yield* listKeys(core, logPrefix, slotKey(missingSlot - 1), rules.logInflightMax + 1);
  const slots = beyond.map((key) => slotOfKey(key)).filter((slot) => slot !== undefined);
  if (slots[0] === missingSlot) return false;
  if (slots.length > 0 && (yield* source.isArchived(missingSlot))) return false;
  const last = slots.at(-1);
  if (last !== undefined && last >= missingSlot + rules.logInflightMax) {
    throw new NodeFailure(
      `${missing} is missing, although ${slotKey(last)} is there and a writer has at most ${rules.logInflightMax} segments in flight: the log lost it`,
    );
  }
  const orphans = yield* all(slots.map((slot) => readSegment(core, rules.databaseId, slot)));
  for (const orphan of orphans) {
    if (orphan === undefined || orphan.header.durableSlot < missingSlot) continue;
    throw new NodeFailure(
      `${missing} is missing, although ${slotKey(orphan.header.slot)} says that slots up to ${orphan.header.durableSlot} were durable: the log lost it`,
    );
  }
  return true;
}
