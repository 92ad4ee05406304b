import { archiveOf, readArchive, rowOf, segmentOf, type HeldArchive } from '../../archive/read-archive.ts';
import { AssertionError } from '../../assert.ts';
import { log } from '../../core.ts';
import { controlKey, logPrefix, manifestKey, slotKey, slotOfKey } from '../../format/keys.ts';
import { decodeManifest } from '../../format/manifest.ts';
import { decodeSegment, type DecodedSegment } from '../../format/segment.ts';
import { positionAfter } from '../../recover/replay.ts';
import { frameBreak, segmentPlace } from '../../recover/verify.ts';
import { listKeys } from '../../store/list.ts';
import type { Referenced } from '../../store/read-reference.ts';
import { all, until, type Task } from '../../task.ts';
import { equalBytes } from '../../types/bytes.ts';
import type { ArchiveReference } from '../../types/log.ts';
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
    const archive = archiveOf(survey.archives, first);
    if (archive !== undefined) {
      yield* walkArchive(survey, walk, archive, Math.min(archive.lastSlot, lastSlot ?? archive.lastSlot));
      continue;
    }
    const length = lastSlot === undefined ? slotsAtOnce : Math.min(slotsAtOnce, lastSlot - first + 1);
    const slots = Array.from({ length }, (_, index) => first + index);
    const read = yield* all(slots.map((slot) => lookAtSlot(survey, slot)));
    for (const [index, found] of read.entries()) {
      const slot = slots[index]!;
      const standing = found.kind === 'missing' ? yield* standingOfMissing(survey, walk, slot, lastSlot) : 'taken';
      if (standing === 'end') return;
      if (standing === 'filled') break;
      if (found.kind === 'ok') count(survey, 'segment', found.bytes);
      takeSlot(survey, walk, slot, found, slotKey(slot));
    }
    log(survey.core, 'info', 'verifying the log', { slot: walk.nextSlot - 1, revision: walk.revision });
  }
}

function* lookAtSlot(survey: Survey, slot: number): Task<Looked<DecodedSegment>> {
  const key = slotKey(slot);
  const { databaseId } = survey.manifest;
  return yield* look(survey.core, key, (body) => decodeSegment(key, body, survey.core.digest, { databaseId, slot }));
}

/** `key` of the object that it was read from. */
function takeSlot(survey: Survey, walk: LogWalk, slot: number, found: Looked<DecodedSegment>, key: string): void {
  walk.nextSlot = slot + 1;
  if (found.kind !== 'ok') {
    breakAt(survey, walk, { key, firstSlot: slot, lastSlot: slot }, found.kind, found.what);
    return;
  }
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
  if (problem === undefined) return;
  breakAt(survey, walk, { key, firstSlot: slot, lastSlot: slot }, 'mismatch', `${placeIn(key, slot)}: ${problem}`);
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

interface BrokenPlace {
  readonly key: string;
  readonly firstSlot: number;
  readonly lastSlot: number;
}

function placeIn(key: string, slot: number): string {
  return key === slotKey(slot) ? key : `${key}, slot ${slot}`;
}

/** Slots of an archive, each proved as if it were in its own object. An archive that cannot be read is one problem, of all its slots. */
function* walkArchive(survey: Survey, walk: LogWalk, reference: ArchiveReference, lastSlot: number): Task<void> {
  const held = yield* holdArchive(survey, reference);
  if (held === 'replaced') return;
  if ('kind' in held) {
    giveUpArchive(survey, walk, reference, lastSlot, held.kind, held.reason);
    return;
  }
  while (walk.nextSlot <= lastSlot) {
    const row = rowOf(survey.core, held, walk.nextSlot);
    if (typeof row === 'string') {
      giveUpArchive(survey, walk, reference, lastSlot, 'damaged', row);
      return;
    }
    const entries = held.open.index.sections[row.section]!;
    const end = Math.min(lastSlot, row.firstSlot + row.segments.length - 1);
    for (let slot = walk.nextSlot; slot <= end; slot++) {
      const bytes = row.segments[slot - row.firstSlot]!;
      const found = segmentOf(survey.core, held, slot, bytes);
      const { isFence } = entries[slot - row.firstSlot]!;
      takeSlot(survey, walk, slot, lookedAt(found, isFence, bytes.length, placeIn(reference.key, slot)), reference.key);
    }
    log(survey.core, 'info', 'verifying the log', { slot: walk.nextSlot - 1, revision: walk.revision });
    yield* until(survey.core.at.monotonicMs);
  }
}

/** A collector goes by the index: a fence that it does not know would be deleted. */
function lookedAt(
  found: DecodedSegment | string,
  isFence: boolean,
  bytes: number,
  place: string,
): Looked<DecodedSegment> {
  if (typeof found === 'string') return { kind: 'damaged', what: found };
  if ((found.header.kind === 'fence') === isFence) return { kind: 'ok', value: found, bytes };
  const what = `${place}: a ${found.header.kind} segment, but the index says ${isFence ? 'fence' : 'data'}`;
  return { kind: 'damaged', what };
}

function giveUpArchive(
  survey: Survey,
  walk: LogWalk,
  { key, lastSlot: end }: ArchiveReference,
  lastSlot: number,
  kind: ProblemKind,
  what: string,
): void {
  const firstSlot = walk.nextSlot;
  walk.nextSlot = lastSlot + 1;
  const isKnown = survey.problems.some((problem) => problem.key === key);
  if (isKnown) walk.rebuilt = undefined;
  else breakAt(survey, walk, { key, firstSlot, lastSlot: end }, kind, what);
}

/** `replaced`: the manifest names another one for its slots by now. */
function* holdArchive(
  survey: Survey,
  reference: ArchiveReference,
): Task<HeldArchive | 'replaced' | Exclude<Referenced<HeldArchive>, { readonly kind: 'ok' }>> {
  if (survey.archive?.reference.key === reference.key) return survey.archive;
  const read = yield* readArchive(survey.core, reference, survey.manifest.databaseId);
  if (read.kind === 'ok') {
    count(survey, 'archive', reference.bytes);
    survey.archive = read.value;
    return read.value;
  }
  const other = yield* archivedByNow(survey, reference.firstSlot);
  return other === undefined || other.key === reference.key ? read : 'replaced';
}

/** What is not where it was may have been archived, or merged, and deleted since. */
function* archivedByNow(survey: Survey, slot: number): Task<ArchiveReference | undefined> {
  const now = yield* look(survey.core, manifestKey, (body) => decodeManifest(manifestKey, body, survey.core.digest));
  if (now.kind !== 'ok' || !equalBytes(now.value.databaseId, survey.manifest.databaseId)) return undefined;
  const found = archiveOf(now.value.archives, slot);
  if (found !== undefined) survey.archives = now.value.archives;
  return found;
}

/** Slots that are missing in a row are one problem. */
function breakAt(survey: Survey, walk: LogWalk, place: BrokenPlace, kind: ProblemKind, what: string): void {
  const { key, firstSlot, lastSlot } = place;
  const last = survey.problems.at(-1);
  if (
    kind === 'missing' &&
    last?.kind === 'missing' &&
    last.scope.kind === 'slots' &&
    last.scope.lastSlot === firstSlot - 1
  ) {
    last.scope.lastSlot = lastSlot;
    return;
  }
  const revisionBefore = walk.rebuilt?.position.revision;
  if (revisionBefore !== undefined) walk.revision = revisionBefore;
  walk.rebuilt = undefined;
  survey.problems.push({
    key,
    kind,
    what,
    scope: { kind: 'slots', firstSlot, lastSlot, revisionBefore },
  });
}

/** What a recovery asks before it takes a missing slot for the end: may anything have been there? `filled`: meanwhile it is. */
function* standingOfMissing(
  survey: Survey,
  walk: LogWalk,
  slot: number,
  lastSlot: number | undefined,
): Task<'end' | 'filled' | 'lost'> {
  if ((yield* archivedByNow(survey, slot)) !== undefined) return 'filled';
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
