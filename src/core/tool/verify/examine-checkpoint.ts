import { log } from '../../core.ts';
import { all, type Task } from '../../task.ts';
import { equalBytes, type ByteString } from '../../types/bytes.ts';
import type { Checkpoint, CheckpointReference, ChunkReference, LogPosition } from '../../types/log.ts';
import type { Version } from '../../types/version.ts';
import { obsoleteVersions } from '../../compact/obsolete.ts';
import { readCheckpoint, readChunk, readPage, type Referenced } from '../../store/read-reference.ts';
import { differenceOfAuth } from './compare-auth.ts';
import { compareUnit } from './compare-unit.ts';
import { createRebuilt, type Rebuilt } from './rebuilt.ts';
import { alsoOf, checkpointsScope, count, type Survey } from './survey.ts';
import type { Problem } from './verification.ts';

/**
 * One checkpoint: every object of it, and its content against what the log comes to at its position. An object that several checkpoints
 * share is read once; what is shared was compared before, so of it only the keys that were written since are looked at.
 */
export interface Examined {
  readonly usable: boolean;
  readonly compared: boolean;
  /** Undefined: it cannot be used. */
  readonly checkpoint: Checkpoint | undefined;
  readonly units: readonly Unit[];
}

/** Chunks that belong together, because one key's versions go on from one to the next; and the keys that they stand for. */
export interface Unit {
  readonly chunks: readonly ChunkReference[];
  readonly from: ByteString;
  readonly before: ByteString | undefined;
}

const pagesAtOnce = 8;
const unitsAtOnce = 8;

export function* examineCheckpoint(
  survey: Survey,
  reference: CheckpointReference,
  rebuilt: Rebuilt | undefined,
  ofOwn: boolean,
): Task<Examined> {
  const { core, manifest } = survey;
  const unusable: Examined = { usable: false, compared: false, checkpoint: undefined, units: [] };
  log(core, 'info', 'verifying a checkpoint', { slot: reference.slot, revision: reference.revision });
  const read = yield* readCheckpoint(core, reference, ofOwn ? manifest.databaseId : undefined);
  if (read.kind !== 'ok') {
    report(survey, reference.key, read);
    return unusable;
  }
  count(survey, 'checkpoint', reference.bytes);
  const checkpoint = read.value;
  const chunks = yield* chunksOf(survey, reference.key, checkpoint);
  const units = unitsOf(chunks ?? []);
  let different = rebuilt === undefined ? undefined : differenceOfPlace(rebuilt, checkpoint);
  let whole = chunks !== undefined;
  for (let first = 0; first < units.length; first += unitsAtOnce) {
    const batch = units.slice(first, first + unitsAtOnce);
    const read = yield* all(batch.map((unit) => readUnit(survey, reference.key, unit, rebuilt)));
    for (const [index, versions] of read.entries()) {
      if (versions === 'unusable') whole = false;
      if (typeof versions === 'string' || rebuilt === undefined) continue;
      different ??= compareUnit(core.digest, rebuilt, versions, batch[index]!, checkpoint.position.compactRevision);
    }
  }
  if (rebuilt !== undefined && whole && chunks !== undefined) {
    different ??= staleKey(rebuilt, units, checkpoint.position);
    if (chunks.length === 0 && rebuilt.reader.state().versions > 0) {
      different ??= compareUnit(
        core.digest,
        rebuilt,
        [],
        { from: '', before: undefined },
        checkpoint.position.compactRevision,
      );
    }
    markCompared(rebuilt, units);
  }
  if (different !== undefined) {
    const { key } = reference;
    survey.problems.push({ key, kind: 'content', what: `${key}: ${different}`, scope: checkpointsScope(key) });
  }
  return { usable: whole && different === undefined, compared: rebuilt !== undefined, checkpoint, units };
}

/** The state as a checkpoint that is whole has it. */
export function* rebuildFrom(survey: Survey, { checkpoint, units }: Examined): Task<Rebuilt> {
  const rebuilt = createRebuilt(survey.core.digest);
  rebuilt.reader.begin(checkpoint);
  for (const unit of units) {
    for (const chunk of unit.chunks) {
      const read = yield* readChunk(survey.core, chunk);
      if (read.kind !== 'ok') continue;
      for (const version of read.value) rebuilt.reader.version(version);
    }
  }
  rebuilt.position = checkpoint!.position;
  rebuilt.wallMs = checkpoint!.wallMs;
  rebuilt.reader.loaded(rebuilt.position);
  markCompared(rebuilt, units);
  return rebuilt;
}

function markCompared(rebuilt: Rebuilt, units: readonly Unit[]): void {
  rebuilt.compared = new Set(units.map(nameOfUnit));
  rebuilt.comparedRevision = rebuilt.position.revision;
  rebuilt.touched.clear();
}

/** Undefined: a page of it cannot be used. */
function* chunksOf(
  survey: Survey,
  checkpointKey: string,
  { pages }: Checkpoint,
): Task<readonly ChunkReference[] | undefined> {
  const unread = pages.filter(({ key }) => !survey.pages.has(key));
  for (let first = 0; first < unread.length; first += pagesAtOnce) {
    const batch = unread.slice(first, first + pagesAtOnce);
    const read = yield* all(batch.map((page) => readPage(survey.core, page)));
    for (const [index, page] of read.entries()) {
      const { key, bytes } = batch[index]!;
      if (page.kind === 'ok') count(survey, 'page', bytes);
      survey.pages.set(key, page.kind === 'ok' ? page.value.chunks : report(survey, checkpointKey, page));
    }
  }
  const chunks: ChunkReference[] = [];
  let whole = true;
  for (const { key } of pages) {
    const known = survey.pages.get(key)!;
    if (isProblem(known)) {
      alsoOf(known, checkpointKey);
      whole = false;
      continue;
    }
    chunks.push(...known);
  }
  return whole ? chunks : undefined;
}

function unitsOf(chunks: readonly ChunkReference[]): readonly Unit[] {
  const groups: ChunkReference[][] = [];
  for (const chunk of chunks) {
    if (chunk.continues && groups.length > 0) groups.at(-1)!.push(chunk);
    else groups.push([chunk]);
  }
  return groups.map((group, index) => ({
    chunks: group,
    from: index === 0 ? '' : group[0]!.firstKey,
    before: groups[index + 1]?.[0]!.firstKey,
  }));
}

function nameOfUnit({ chunks, from, before }: Unit): string {
  return `${chunks.map(({ key }) => key).join(' ')} ${from.length} ${from} ${before ?? ''}`;
}

/** Its versions; `known`: all of it was read before, and is what was compared before. */
function* readUnit(
  survey: Survey,
  checkpointKey: string,
  unit: Unit,
  rebuilt: Rebuilt | undefined,
): Task<readonly Version[] | 'known' | 'unusable'> {
  const seen = unit.chunks.map(({ key }) => survey.chunks.get(key));
  const bad = seen.filter((chunk) => chunk !== undefined && chunk !== 'whole');
  if (bad.length > 0) {
    for (const problem of bad) alsoOf(problem, checkpointKey);
    return 'unusable';
  }
  const isKnown = seen.every((chunk) => chunk === 'whole');
  if (isKnown && (rebuilt === undefined || rebuilt.compared.has(nameOfUnit(unit)))) return 'known';
  const versions: Version[] = [];
  for (const chunk of unit.chunks) {
    const read = yield* readChunk(survey.core, chunk);
    if (read.kind !== 'ok') {
      survey.chunks.set(chunk.key, report(survey, checkpointKey, read));
      return 'unusable';
    }
    if (!survey.chunks.has(chunk.key)) count(survey, 'chunk', chunk.bytes);
    survey.chunks.set(chunk.key, 'whole');
    for (const version of read.value) versions.push(version);
  }
  return versions;
}

function differenceOfPlace({ position, wallMs, reader }: Rebuilt, checkpoint: Checkpoint): string | undefined {
  const found = checkpoint.position;
  for (const field of ['slot', 'epoch', 'sequence', 'revision', 'compactRevision'] as const) {
    if (found[field] !== position[field])
      return `its ${words[field]} is ${found[field]}, the log says ${position[field]}`;
  }
  if (!equalBytes(found.segmentHash, position.segmentHash)) return 'it names another segment than its slot holds';
  if (!equalBytes(found.frameHash, position.frameHash)) return 'it names another frame than the log ends with there';
  if (checkpoint.wallMs !== wallMs) return 'its time is not that of the last frame before it';
  const leases = new Map(checkpoint.leases.map(({ lease, ttlSeconds }) => [lease, ttlSeconds]));
  for (const [lease, ttlSeconds] of reader.leases) {
    if (leases.get(lease) !== ttlSeconds) return `it does not hold lease ${lease.toString(16)} as the log says`;
  }
  if (leases.size !== reader.leases.size) return 'it holds a lease that the log does not';
  return differenceOfAuth(checkpoint, reader.state());
}

const words = {
  slot: 'slot',
  epoch: 'epoch',
  sequence: 'sequence',
  revision: 'revision',
  compactRevision: 'compacted revision',
} as const;

/** A key that was written since the last comparison, in chunks that were taken over as they were. */
function staleKey(rebuilt: Rebuilt, units: readonly Unit[], position: LogPosition): string | undefined {
  const { index } = rebuilt.reader.state();
  for (const key of rebuilt.touched) {
    const unit = unitOfKey(units, key);
    if (unit === undefined || !rebuilt.compared.has(nameOfUnit(unit))) continue;
    const versions = index.versionsOf(key);
    const needed = versions.slice(obsoleteVersions(versions, position.compactRevision, versions.length));
    const newer = needed.find(({ modRevision }) => modRevision > rebuilt.comparedRevision);
    if (newer !== undefined) return `it does not hold what revision ${newer.modRevision} wrote`;
  }
  return undefined;
}

function unitOfKey(units: readonly Unit[], key: ByteString): Unit | undefined {
  let low = 0;
  let high = units.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (units[middle]!.from <= key) low = middle + 1;
    else high = middle;
  }
  return units[low - 1];
}

function isProblem(known: readonly ChunkReference[] | Problem): known is Problem {
  return 'scope' in known;
}

function report(
  survey: Survey,
  checkpointKey: string,
  { key, kind, reason }: Exclude<Referenced<unknown>, { readonly kind: 'ok' }>,
): Problem {
  const problem: Problem = { key, kind, what: reason, scope: checkpointsScope(checkpointKey) };
  survey.problems.push(problem);
  return problem;
}
