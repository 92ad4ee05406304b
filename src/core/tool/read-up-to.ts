import { log, type Core } from '../core.ts';
import { NodeFailure } from '../failure.ts';
import { nothing, positionOfGenesis } from '../recover/genesis.ts';
import type { LogPlace } from '../recover/read-log.ts';
import { readCheckpoint, type Referenced } from '../store/read-reference.ts';
import type { Task } from '../task.ts';
import type { Cut, LogPosition, Manifest } from '../types/log.ts';
import { placeAlone, type ContentReader } from './content-reader.ts';
import { followBase, followOne, rulesOf, type Following } from './follow-log.ts';
import { loadVersions } from './load-versions.ts';
import { upTo, type Reach } from './reach.ts';
import type { DatabaseFound } from './read-database.ts';
import { oldestKept, startsFor, type Start } from './starts.ts';

/**
 * Reads a database's content up to a cut from the object store alone: a checkpoint, then the log's slots, proving the chain as a recovery does.
 * Nothing is written, and nobody is fenced: what is read is what a recovery at this moment would find.
 */

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

/** No slot beyond it had been collected when the manifest was read: an empty one had never been filled. */
function durableSlotOf({ control, manifest }: DatabaseFound): number {
  return Math.max(control.durableSlot, manifest.checkpoints.at(-1)?.slot ?? 0);
}
