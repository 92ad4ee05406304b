import type { Core } from '../core.ts';
import { onLineOf } from '../restore/line-at.ts';
import type { Task } from '../task.ts';
import { equalBytes, type ByteString } from '../types/bytes.ts';
import type { Cut } from '../types/log.ts';
import { isTombstone, type Version } from '../types/version.ts';
import { allKeys, isWithin, spanOfPrefix } from './key-span.ts';
import { readingDatabase, type DatabaseFound } from './read-database.ts';
import { placeAlone, readUpTo, upTo, type ContentReader, type ReadUpTo } from './read-up-to.ts';
import { versionsOfRecord } from './versions-of-record.ts';

/**
 * `t4 diff`: what is different between two cuts, by content. One reading: the versions that each key had at the first and has at the second. Memory goes
 * by keys: of values a hash is held, unless the values themselves are wanted.
 */
export interface Difference {
  readonly kind: 'difference';
  readonly fromRevision: number;
  readonly toRevision: number;
  /** Ascending by key. */
  readonly keys: readonly KeyDifference[];
  /** Keys that were written in between and have the same value and lease again. */
  readonly rewritten: number;
}

export type KeyDifference =
  | { readonly kind: 'added'; readonly key: ByteString; readonly to: Version }
  | { readonly kind: 'deleted'; readonly key: ByteString; readonly from: Version }
  | { readonly kind: 'changed'; readonly key: ByteString; readonly from: Version; readonly to: Version };

export type DifferenceAnswer = Difference | (Exclude<ReadUpTo, { readonly kind: 'read' }> & { readonly cut: Cut });

export interface DifferenceOptions {
  readonly prefix: ByteString;
  readonly values: boolean;
}

/** Where both cuts are on one line of a database that was rolled back. */
export function* difference(core: Core, from: Cut, to: Cut, options: DifferenceOptions): Task<DifferenceAnswer> {
  const later = from.kind === to.kind && isAfter(from, to) ? from : to;
  return (yield* onLineOf(core, later, (line) => differenceOnLine(line, from, to, options))).answer;
}

function isAfter(left: Cut, right: Cut): boolean {
  if (left.kind === 'revision' && right.kind === 'revision') return left.revision > right.revision;
  return left.kind === 'moment' && right.kind === 'moment' && left.wallMs > right.wallMs;
}

function* differenceOnLine(core: Core, from: Cut, to: Cut, options: DifferenceOptions): Task<DifferenceAnswer> {
  return yield* readingDatabase(core, function* (database) {
    const fromRevision = yield* revisionAt(core, database, from);
    if (typeof fromRevision !== 'number') return { ...fromRevision, cut: from };
    const toRevision = yield* revisionAt(core, database, to);
    if (typeof toRevision !== 'number') return { ...toRevision, cut: to };
    return yield* compare(core, database, fromRevision, toRevision, options);
  });
}

/** A revision is one; for other cuts the log says which was the last before it. */
function* revisionAt(
  core: Core,
  database: DatabaseFound,
  cut: Cut,
): Task<number | Exclude<ReadUpTo, { readonly kind: 'read' }>> {
  if (cut.kind === 'revision') return cut.revision;
  const read = yield* readUpTo(core, database, upTo(cut), placeAlone);
  return read.kind === 'read' ? read.position.revision : read;
}

/** What is held of a key: its newest version at each of the two revisions. */
interface Held {
  lower: HeldVersion | undefined;
  upper: HeldVersion | undefined;
}

interface HeldVersion {
  readonly version: Version;
  readonly valueHash: Uint8Array;
}

function* compare(
  core: Core,
  database: DatabaseFound,
  fromRevision: number,
  toRevision: number,
  { prefix, values }: DifferenceOptions,
): Task<DifferenceAnswer> {
  const lower = Math.min(fromRevision, toRevision);
  const upper = Math.max(fromRevision, toRevision);
  const span = prefix === '' ? allKeys : spanOfPrefix(prefix);
  const keys = new Map<ByteString, Held>();
  const take = (version: Version): void => {
    if (version.modRevision > upper) return;
    const valueHash = core.digest.sha256(version.value ?? new Uint8Array(0));
    const value = values ? version.value?.slice() : undefined;
    const held: HeldVersion = { version: { ...version, value }, valueHash };
    const found = keys.get(version.key) ?? { lower: undefined, upper: undefined };
    if (version.modRevision <= lower) found.lower = held;
    found.upper = held;
    keys.set(version.key, found);
  };
  const reader: ContentReader = {
    span,
    begin: () => keys.clear(),
    version: take,
    loaded: () => undefined,
    skipped: () => undefined,
    record(record) {
      for (const version of versionsOfRecord(record, (key) => isWithin(span, key))) take(version);
    },
  };
  const from: Cut = { kind: 'revision', revision: lower };
  const to: Cut = { kind: 'revision', revision: upper };
  const read = yield* readUpTo(core, database, { from, to, order: 'newest-first' }, reader);
  if (read.kind !== 'read') return { ...read, cut: read.kind === 'compacted' ? from : to };
  return { kind: 'difference', fromRevision, toRevision, ...judge(keys, fromRevision > toRevision) };
}

function judge(keys: ReadonlyMap<ByteString, Held>, backwards: boolean): Pick<Difference, 'keys' | 'rewritten'> {
  const differences: KeyDifference[] = [];
  let rewritten = 0;
  for (const key of [...keys.keys()].sort(ascending)) {
    const held = keys.get(key)!;
    const from = alive(backwards ? held.upper : held.lower);
    const to = alive(backwards ? held.lower : held.upper);
    if (from === to) continue;
    if (from === undefined) differences.push({ kind: 'added', key, to: to!.version });
    else if (to === undefined) differences.push({ kind: 'deleted', key, from: from.version });
    else if (isSame(from, to)) rewritten += 1;
    else differences.push({ kind: 'changed', key, from: from.version, to: to.version });
  }
  return { keys: differences, rewritten };
}

function alive(held: HeldVersion | undefined): HeldVersion | undefined {
  return held === undefined || isTombstone(held.version) ? undefined : held;
}

function isSame(left: HeldVersion, right: HeldVersion): boolean {
  return left.version.lease === right.version.lease && equalBytes(left.valueHash, right.valueHash);
}

function ascending(left: ByteString, right: ByteString): number {
  return left < right ? -1 : 1;
}
