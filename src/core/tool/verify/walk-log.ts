import { AssertionError } from '../../assert.ts';
import { log } from '../../core.ts';
import { controlKey, logPrefix, slotKey, slotOfKey } from '../../format/keys.ts';
import { decodeSegment, type DecodedSegment } from '../../format/segment.ts';
import { positionAfter } from '../../recover/replay.ts';
import { frameBreak, segmentPlace } from '../../recover/verify.ts';
import { listKeys } from '../../store/list.ts';
import { all, type Task } from '../../task.ts';
import type { Rebuilt } from './rebuilt.ts';
import { count, look, type Looked, type Survey } from './survey.ts';
import type { ProblemKind } from './verification.ts';

/**
 * The log, slot by slot, as a recovery goes over it; but damage is noted and passed by. Behind it nothing is proved until a checkpoint says what
 * the state is again: until then each segment is looked at for itself.
 */
export interface LogWalk {
  nextSlot: number;
  /** Undefined: the chain is broken here. */
  rebuilt: Rebuilt | undefined;
  /** Last revision that was proved. */
  revision: number;
  deadSegments: number;
  /** Slots up to here were durable, by anything that was read. */
  durableSlot: number;
  ended: boolean;
}

const slotsAtOnce = 16;
const listedMax = 1_000;

/** Goes on up to and with that slot; undefined: to the log's end. */
export function* walkTo(survey: Survey, walk: LogWalk, lastSlot: number | undefined): Task<void> {
  while (!walk.ended && (lastSlot === undefined || walk.nextSlot <= lastSlot)) {
    const first = walk.nextSlot;
    const length = lastSlot === undefined ? slotsAtOnce : Math.min(slotsAtOnce, lastSlot - first + 1);
    const slots = Array.from({ length }, (_, index) => first + index);
    const read = yield* all(slots.map((slot) => lookAtSlot(survey, slot)));
    for (const [index, found] of read.entries()) {
      const slot = slots[index]!;
      const standing = found.kind === 'missing' ? yield* standingOfMissing(survey, walk, slot, lastSlot) : 'taken';
      if (standing === 'end') return;
      if (standing === 'filled') break;
      takeSlot(survey, walk, slot, found);
    }
    log(survey.core, 'info', 'verifying the log', { slot: walk.nextSlot - 1, revision: walk.revision });
  }
}

function* lookAtSlot(survey: Survey, slot: number): Task<Looked<DecodedSegment>> {
  const key = slotKey(slot);
  const { databaseId } = survey.manifest;
  return yield* look(survey.core, key, (body) => decodeSegment(key, body, survey.core.digest, { databaseId, slot }));
}

function takeSlot(survey: Survey, walk: LogWalk, slot: number, found: Looked<DecodedSegment>): void {
  walk.nextSlot = slot + 1;
  if (found.kind !== 'ok') {
    breakAt(survey, walk, slot, found.kind, found.what);
    return;
  }
  count(survey, 'segment', found.bytes);
  const { header } = found.value;
  walk.durableSlot = Math.max(walk.durableSlot, header.durableSlot);
  if (survey.control !== undefined && header.epoch > survey.control.epoch) {
    survey.problems.push({
      key: controlKey,
      kind: 'mismatch',
      what: `${controlKey}: it says epoch ${survey.control.epoch}, but ${slotKey(slot)} is of epoch ${header.epoch}: it was set back`,
      scope: { kind: 'control' },
    });
  }
  if (walk.rebuilt === undefined) return;
  const problem = applySegment(walk, walk.rebuilt, found.value);
  if (problem !== undefined) breakAt(survey, walk, slot, 'mismatch', `${slotKey(slot)}: ${problem}`);
}

/** A text says why it is not the next of the chain. */
function applySegment(walk: LogWalk, rebuilt: Rebuilt, { header, frames, hash }: DecodedSegment): string | undefined {
  const place = segmentPlace(rebuilt.position, header);
  if (place === 'dead') {
    walk.deadSegments += 1;
    return undefined;
  }
  if (place !== 'next') return place.broken;
  for (const { frame, hash: frameHash } of frames) {
    const broken = frameBreak(rebuilt.position, frame);
    if (broken !== undefined) return broken;
    if (frame.wallMs < rebuilt.wallMs) return 'its time is before that of the frame before it';
    for (const record of frame.records) {
      try {
        rebuilt.apply(record);
      } catch (error) {
        if (!(error instanceof AssertionError)) throw error;
        return `record ${rebuilt.position.sequence + 1} does not fit the state before it: ${error.message} does not hold`;
      }
      rebuilt.position = positionAfter(rebuilt.position, record);
    }
    rebuilt.position = { ...rebuilt.position, frameHash };
    rebuilt.wallMs = frame.wallMs;
  }
  rebuilt.position = { ...rebuilt.position, slot: header.slot, epoch: header.epoch, segmentHash: hash };
  walk.revision = rebuilt.position.revision;
  return undefined;
}

/** Slots that are missing in a row are one problem. */
function breakAt(survey: Survey, walk: LogWalk, slot: number, kind: ProblemKind, what: string): void {
  const last = survey.problems.at(-1);
  if (
    kind === 'missing' &&
    last?.kind === 'missing' &&
    last.scope.kind === 'slots' &&
    last.scope.lastSlot === slot - 1
  ) {
    last.scope.lastSlot = slot;
    return;
  }
  const revisionBefore = walk.rebuilt?.position.revision;
  if (revisionBefore !== undefined) walk.revision = revisionBefore;
  walk.rebuilt = undefined;
  survey.problems.push({
    key: slotKey(slot),
    kind,
    what,
    scope: { kind: 'slots', firstSlot: slot, lastSlot: slot, revisionBefore },
  });
}

/** What a recovery asks before it takes a missing slot for the end: may anything have been there? `filled`: meanwhile it is. */
function* standingOfMissing(
  survey: Survey,
  walk: LogWalk,
  slot: number,
  lastSlot: number | undefined,
): Task<'end' | 'filled' | 'lost'> {
  if (lastSlot !== undefined || slot <= walk.durableSlot) return 'lost';
  const keys = yield* listKeys(survey.core, logPrefix, slotKey(slot - 1), listedMax);
  const slots = keys.map((key) => slotOfKey(key)).filter((found) => found !== undefined);
  if (slots[0] === slot) return 'filled';
  const last = slots.at(-1) ?? 0;
  if (last >= slot + survey.manifest.logInflightMax) {
    walk.durableSlot = last;
    return 'lost';
  }
  for (const orphan of slots) {
    const found = yield* lookAtSlot(survey, orphan);
    if (found.kind === 'missing') continue;
    if (found.kind === 'ok' && found.value.header.durableSlot < slot) continue;
    walk.durableSlot = orphan;
    return 'lost';
  }
  walk.ended = true;
  return 'end';
}
