import { log, type Core } from '../core.ts';
import { LocalStoreDamage, NodeFailure } from '../failure.ts';
import { describeDamage } from '../format/damage.ts';
import { logPrefix, slotKey, slotOfKey } from '../format/keys.ts';
import { decodeSegment, type DecodedSegment } from '../format/segment.ts';
import { readDecoded } from '../store/objects.ts';
import { listKeys } from '../store/list.ts';
import { all, type Task } from '../task.ts';
import type { LogPosition } from '../types/log.ts';
import { readManifest } from './locate-manifest.ts';
import type { Recovered } from './recovered.ts';
import { replaySegments } from './replay.ts';
import { unbrokenRow } from './unbroken-row.ts';
import { segmentPlace } from './verify.ts';

/**
 * Reads the log from a place in the chain to its end, and hands on what is alive. The end is the first slot that the store has
 * nothing in. Segments beyond it are a writer's that had several in flight; more of them than it may have had, or one that
 * says that the missing slot was durable, means that a segment was lost: then nothing is served.
 */

const slotsAtOnce = 16;

export interface LogRules {
  readonly databaseId: Uint8Array;
  readonly logInflightMax: number;
  /** Slots up to here were durable, by `control` and the checkpoints. */
  readonly durableSlot: number;
  /** Epoch of the reader's own reign: a higher one in the log deposes it. */
  readonly epoch: number;
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
  if (isEpochTaken(core, rules, place.position.epoch)) return 'deposed';
  for (let round = 1; ; round++) {
    const first = place.nextSlot;
    const count = lastSlot === undefined ? slotsAtOnce : Math.min(slotsAtOnce, lastSlot + 1 - first);
    if (count <= 0) return 'end';
    const slots = Array.from({ length: count }, (_, index) => first + index);
    const read = yield* all(slots.map((slot) => readSegment(core, rules.databaseId, slot, stretch?.home)));
    const row = unbrokenRow(first, read);
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
    if (yield* isEnd(core, place.nextSlot, rules, stretch)) return 'end';
  }
}

/** Undefined: nothing is in the slot. */
export function* readSegment(
  core: Core,
  databaseId: Uint8Array,
  slot: number,
  home?: string,
): Task<DecodedSegment | undefined> {
  const key = slotKeyOf(slot, home);
  const read = yield* readDecoded(core, key, (body) => decodeSegment(key, body, core.digest, { databaseId, slot }));
  if (read.kind === 'missing') return undefined;
  if (read.kind === 'damaged') {
    throw new NodeFailure(
      `${describeDamage(read.damage)}. Nothing after it can be proved: restore this object from a version or a backup of the bucket.`,
    );
  }
  return read.value;
}

/**
 * The reader's own fence is not in the log yet: its epoch there is another's, from before `control` was set back (restored from an older
 * version). An epoch that began twice would be no chain.
 */
function isEpochTaken(core: Core, rules: LogRules, epoch: number): boolean {
  core.epochMet = Math.max(core.epochMet, epoch);
  return epoch >= rules.epoch;
}

/** In another database's log, from the root of the family; undefined: in one's own. */
function slotKeyOf(slot: number, home: string | undefined): string {
  return home === undefined ? slotKey(slot) : `/${home}${slotKey(slot)}`;
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

/** False: the slot was filled meanwhile, read on. */
function* isEnd(core: Core, missingSlot: number, rules: LogRules, stretch?: LogStretch): Task<boolean> {
  const missing = slotKeyOf(missingSlot, stretch?.home);
  const durableSlot = Math.max(rules.durableSlot, stretch?.lastSlot ?? 0);
  if (missingSlot <= durableSlot) {
    throw new NodeFailure(
      `${missing} is missing, although slots up to ${durableSlot} were durable: the log lost it. Restore the object from a version or a backup of the bucket.`,
    );
  }
  const beyond = yield* listKeys(core, logPrefix, slotKey(missingSlot - 1), rules.logInflightMax + 1);
  const slots = beyond.map((key) => slotOfKey(key)).filter((slot) => slot !== undefined);
  if (slots[0] === missingSlot) return false;
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
