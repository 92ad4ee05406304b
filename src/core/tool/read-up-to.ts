import { log, type Core } from '../core.ts';
import { NodeFailure } from '../failure.ts';
import { slotKey } from '../format/keys.ts';
import type { DecodedFrame } from '../format/frame.ts';
import { nothing, positionOfGenesis, skipping } from '../recover/genesis.ts';
import { isBeyond, placed } from '../recover/is-beyond.ts';
import { followLog, type LogPlace, type LogRules, type LogStretch, type SegmentTaker } from '../recover/read-log.ts';
import { positionAfter, proveFrame } from '../recover/replay.ts';
import { readCheckpoint, readChunk, readPage, type Referenced } from '../store/read-reference.ts';
import { all, type Task } from '../task.ts';
import type { Base, Checkpoint, Cut, LogPosition, Manifest } from '../types/log.ts';
import type { LogRecord } from '../types/record.ts';
import type { Version } from '../types/version.ts';
import { isWithin, referencesWithin, type KeySpan } from './key-span.ts';
import type { DatabaseFound } from './read-database.ts';
import { oldestKept, startsFor, type Start, type StartOrder } from './starts.ts';

/**
 * Reads a database's content up to a cut from the object store alone: a checkpoint, then the log's slots, proving the chain as a recovery does.
 * Nothing is written, and nobody is fenced: what is read is what a recovery at this moment would find.
 */

/** What somebody wants of it. A checkpoint that turns out to be unusable begins the reading again: `begin` forgets. */
export interface ContentReader {
  /** Keys wanted of a checkpoint. */
  readonly span: KeySpan;
  /** Undefined: from the empty state. */
  begin(checkpoint: Checkpoint | undefined): void;
  /** Of the checkpoint: keys ascending, each one's versions ascending. The value may be a view into something large. */
  version(version: Version): void;
  /** All of the checkpoint's versions have been given. */
  loaded(position: LogPosition): void;
  /** In the order of the log, every key's. */
  record(record: LogRecord, wallMs: number): void;
  /** A branch's own log goes on here: revisions up to this position's are skipped, and compacted. */
  skipped(position: LogPosition): void;
}

/** Wants nothing but to know where the cut is. */
export const placeAlone: ContentReader = {
  span: { from: '', to: '' },
  begin: () => undefined,
  version: () => undefined,
  loaded: () => undefined,
  record: () => undefined,
  skipped: () => undefined,
};

export type ReadUpTo =
  | {
      readonly kind: 'read';
      /** After the last record within the cut. */
      readonly position: LogPosition;
      /** First slot of that log that has not been read. */
      readonly nextSlot: number;
      readonly wallMs: number;
      /** Of the database's base: in which stretch the cut was met; undefined: in its own log, or in none. */
      readonly cutIn: number | undefined;
    }
  /** Nothing that is kept goes back so far; `revision` is the first that can be read. */
  | { readonly kind: 'compacted'; readonly revision: number; readonly wallMs: number }
  | { readonly kind: 'future'; readonly revision: number; readonly wallMs: number }
  /** The moment is before everything: the database began at `wallMs`. */
  | { readonly kind: 'not-begun'; readonly revision: number; readonly wallMs: number };

const chunksAtOnce = 8;
const pagesAtOnce = 8;

export interface Reach {
  /** The reading begins where the content at this cut can still be told. */
  readonly from: Cut;
  /** Where it ends; not before `from`. */
  readonly to: Cut;
  readonly order: StartOrder;
}

export function upTo(cut: Cut): Reach {
  return { from: cut, to: cut, order: 'newest-first' };
}

export function* readUpTo(core: Core, database: DatabaseFound, reach: Reach, reader: ContentReader): Task<ReadUpTo> {
  let unusable: string | undefined;
  for (const start of startsFor(database.manifest, reach.from, reach.order)) {
    const begun = yield* beginAt(core, database.manifest, start, reach, reader);
    if (begun.kind !== 'ok') {
      log(core, 'warn', 'checkpoint cannot be used; reading from another', { reason: begun.reason });
      unusable ??= begun.reason;
      continue;
    }
    const { value } = begun;
    if (value.kind !== 'follow') return value;
    return yield* follow(core, database, value, reach, reader);
  }
  if (unusable !== undefined) throw new NodeFailure(unusable);
  const oldest = oldestKept(database.manifest);
  return { kind: 'compacted', revision: oldest?.revision ?? 0, wallMs: oldest?.wallMs ?? 0 };
}

interface Following extends LogPlace {
  readonly kind: 'follow';
  wallMs: number;
  /** What the log of the start's own database goes on with. */
  readonly base: Base | undefined;
  cutIn: number | undefined;
  /** Of the frame that a cut left out, or cut short. */
  beyondWallMs: number;
}

function* beginAt(
  core: Core,
  manifest: Manifest,
  start: Start,
  { from, to }: Reach,
  reader: ContentReader,
): Task<Referenced<Following | ReadUpTo>> {
  if (start.checkpoint === undefined) {
    reader.begin(undefined);
    const databaseId = start.base?.stretches[0]?.databaseId ?? manifest.databaseId;
    const position = positionOfGenesis(core, databaseId, nothing);
    reader.loaded(position);
    return {
      kind: 'ok',
      value: { kind: 'follow', position, nextSlot: 1, wallMs: 0, base: start.base, cutIn: undefined, beyondWallMs: 0 },
    };
  }
  const databaseId = start.base === undefined ? manifest.databaseId : undefined;
  const read = yield* readCheckpoint(core, start.checkpoint, databaseId);
  if (read.kind !== 'ok') return read;
  const { position, wallMs } = read.value;
  if (from.kind === 'revision' && from.revision < Math.min(position.revision, position.compactRevision)) {
    return { kind: 'ok', value: { kind: 'compacted', revision: position.compactRevision, wallMs } };
  }
  const revision = to.kind === 'revision' ? Math.min(to.revision, position.revision) : position.revision;
  reader.begin(read.value);
  const problem = yield* loadVersions(core, read.value, revision, reader);
  if (problem !== undefined) return problem;
  const loaded = { ...position, revision };
  reader.loaded(loaded);
  if (revision < position.revision)
    return {
      kind: 'ok',
      value: { kind: 'read', position: loaded, nextSlot: position.slot + 1, wallMs, cutIn: undefined },
    };
  return {
    kind: 'ok',
    value: {
      kind: 'follow',
      position,
      nextSlot: position.slot + 1,
      wallMs,
      base: start.base,
      cutIn: undefined,
      beyondWallMs: 0,
    },
  };
}

type Unusable = Exclude<Referenced<never>, { readonly kind: 'ok' }>;

function* loadVersions(
  core: Core,
  checkpoint: Checkpoint,
  revisionMax: number,
  reader: ContentReader,
): Task<Unusable | undefined> {
  const pages = referencesWithin(reader.span, checkpoint.pages);
  for (let first = 0; first < pages.length; first += pagesAtOnce) {
    const read = yield* all(pages.slice(first, first + pagesAtOnce).map((page) => readPage(core, page)));
    for (const page of read) {
      if (page.kind !== 'ok') return page;
      const chunks = referencesWithin(reader.span, page.value.chunks);
      for (let start = 0; start < chunks.length; start += chunksAtOnce) {
        const contents = yield* all(chunks.slice(start, start + chunksAtOnce).map((chunk) => readChunk(core, chunk)));
        for (const content of contents) {
          if (content.kind !== 'ok') return content;
          for (const version of content.value) {
            if (version.modRevision <= revisionMax && isWithin(reader.span, version.key)) reader.version(version);
          }
        }
      }
    }
    log(core, 'info', 'reading a checkpoint', { pages: first + read.length, of: pages.length });
  }
  return undefined;
}

/** The ancestors' slots that belong to it, then its own. */
function* follow(
  core: Core,
  database: DatabaseFound,
  at: Following,
  reach: Pick<Reach, 'from' | 'to'>,
  reader: ContentReader,
): Task<ReadUpTo> {
  const { manifest } = database;
  const cut = reach.to;
  const met = yield* followBase(core, manifest, at, reach, reader);
  if (met === 'cut') {
    if (isBeforeAll(at, cut)) return notBegun(at);
    return { kind: 'read', position: at.position, nextSlot: at.nextSlot, wallMs: at.wallMs, cutIn: at.cutIn };
  }
  const { revision, compactRevision } = at.position;
  if (met === 'skipped' || (cut.kind === 'revision' && cut.revision < Math.min(revision, compactRevision))) {
    return { kind: 'compacted', revision: compactRevision, wallMs: at.wallMs };
  }
  const rules = { ...rulesOf(manifest, manifest.databaseId, durableSlotOf(database)), archives: manifest.archives };
  const ended = yield* followOne(core, at, rules, [cut], reader, undefined);
  if (ended === 'cut' && isBeforeAll(at, cut)) return notBegun(at);
  const { position, wallMs } = at;
  if (cut.kind === 'revision' && position.revision < cut.revision) {
    return { kind: 'future', revision: position.revision, wallMs };
  }
  return { kind: 'read', position, nextSlot: at.nextSlot, wallMs, cutIn: undefined };
}

/** Where a log was read to. */
export interface LogEnd extends LogPlace {
  readonly wallMs: number;
}

/** Goes on from there to the end of the database's own log. */
export function* readOn(core: Core, database: DatabaseFound, end: LogEnd): Task<LogEnd> {
  const { manifest } = database;
  const at: Following = { kind: 'follow', ...end, base: undefined, cutIn: undefined, beyondWallMs: 0 };
  const rules = rulesOf(manifest, manifest.databaseId, durableSlotOf(database));
  yield* followOne(core, at, rules, [], placeAlone, undefined);
  return { position: at.position, nextSlot: at.nextSlot, wallMs: at.wallMs };
}

/** A cut was met at the first record of all. Of other cuts than a moment that is the empty state. */
function isBeforeAll({ position }: Following, cut: Cut): boolean {
  return cut.kind === 'moment' && position.sequence === 0;
}

function notBegun({ position, beyondWallMs }: Following): ReadUpTo {
  return { kind: 'not-begun', revision: position.revision, wallMs: beyondWallMs };
}

/** What a database began as: nothing, or the ancestors' content that is its base. Throws when that cannot be read. */
export function* readGenesis(
  core: Core,
  manifest: Manifest,
  reader: ContentReader,
): Task<{ readonly position: LogPosition; readonly wallMs: number }> {
  const start = { checkpoint: manifest.base?.checkpoint, base: manifest.base };
  const begun = yield* beginAt(core, manifest, start, upTo({ kind: 'end' }), reader);
  if (begun.kind !== 'ok') throw new NodeFailure(begun.reason);
  const at = begun.value as Following;
  yield* followBase(core, manifest, at, upTo({ kind: 'end' }), reader);
  return { position: at.position, wallMs: at.wallMs };
}

/** The ancestors' slots, up to where the own log goes on. `cut`: it was met. `skipped`: it is a revision that was skipped. */
function* followBase(
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

/** No slot beyond it had been collected when the manifest was read: an empty one had never been filled. */
function durableSlotOf({ control, manifest }: DatabaseFound): number {
  return Math.max(control.durableSlot, manifest.checkpoints.at(-1)?.slot ?? 0);
}

/** Of a reader without a reign of its own: no epoch is above it. */
function rulesOf({ logInflightMax }: Manifest, databaseId: Uint8Array, durableSlot: number): LogRules {
  return { databaseId, durableSlot, logInflightMax, epoch: Number.MAX_SAFE_INTEGER, archives: undefined };
}

/** From an ancestor's log to the first slot of the one that left it. */
function goOn(core: Core, at: Following, databaseId: Uint8Array, skippedRevision: number, reader: ContentReader): void {
  at.position = positionOfGenesis(core, databaseId, skipping(at.position, skippedRevision));
  at.nextSlot = 1;
  if (skippedRevision > 0) reader.skipped(at.position);
}

/** `cut`: a record beyond one of the cuts was met, which ends the reading; but a stretch's own, its first one, ends that alone. */
function* followOne(
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
