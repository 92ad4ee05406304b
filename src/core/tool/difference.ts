import type { Core } from '../core.ts';
import { onLineOf } from '../restore/line-at.ts';
import type { Task } from '../task.ts';
import { equalBytes, type ByteString } from '../types/bytes.ts';
import type { Checkpoint, Cut } from '../types/log.ts';
import { isTombstone, type Version } from '../types/version.ts';
import { allKeys, isWithin, spanOfPrefix, type KeySpan } from './key-span.ts';
import { readingDatabase, type DatabaseFound } from './read-database.ts';
import { placeAlone, type ContentReader } from './content-reader.ts';
import { upTo } from './reach.ts';
import { readUpTo, type ReadUpTo } from './read-up-to.ts';
import { versionsOfRecord } from './versions-of-record.ts';

/**
 * `t4 diff`: what is different between two cuts, by content: the versions that each key had at the first and has at the second. Memory goes by the
 * keys that were written in between: of values a hash is held, unless the values themselves are wanted.
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

interface Asked {
  readonly lower: number;
  readonly upper: number;
  readonly span: KeySpan;
  readonly values: boolean;
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
  const asked: Asked = { lower, upper, span: prefix === '' ? allKeys : spanOfPrefix(prefix), values };
  const keys = new Map<ByteString, Held>();
  const read = yield* readBoth(core, database, asked, keys);
  if (read.kind !== 'read') return { ...read, cut: revisionCut(read.kind === 'compacted' ? lower : upper) };
  return { kind: 'difference', fromRevision, toRevision, ...judge(keys, fromRevision > toRevision) };
}

/**
 * The log from a checkpoint at or before the lower revision says which keys were written in between: of that checkpoint those alone are read. A
 * checkpoint above it says so of none, and is read whole.
 */
function* readBoth(core: Core, database: DatabaseFound, asked: Asked, keys: Map<ByteString, Held>): Task<ReadUpTo> {
  const reach = { from: revisionCut(asked.lower), to: revisionCut(asked.upper), order: 'newest-first' } as const;
  const whole = readerOf(core, asked, keys);
  let start: Checkpoint | undefined;
  const begin = (checkpoint: Checkpoint | undefined): void => {
    keys.clear();
    start = checkpoint;
  };
  const logged = yield* readUpTo(core, database, reach, { ...whole, span: placeAlone.span, begin });
  if (logged.kind !== 'read') return logged;
  const startRevision = start?.position.revision ?? 0;
  if (startRevision > asked.lower) return yield* readUpTo(core, database, reach, whole);
  for (const [key, held] of keys) if (held.lower === held.upper) keys.delete(key);
  const only = [...keys].flatMap(([key, { lower }]) => (lower === undefined ? [key] : [])).sort(ascending);
  if (startRevision === 0 || only.length === 0) return logged;
  const before = new Map<ByteString, Held>();
  const reader = readerOf(core, { ...asked, upper: startRevision, span: { ...asked.span, only } }, before);
  const read = yield* readUpTo(core, database, upTo(revisionCut(startRevision)), reader);
  for (const [key, { lower }] of before) keys.get(key)!.lower = lower;
  return read.kind === 'read' ? logged : read;
}

/** Holds what each key of the span had at the two revisions. */
function readerOf(core: Core, { lower, upper, span, values }: Asked, keys: Map<ByteString, Held>): ContentReader {
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
  return {
    span,
    begin: () => keys.clear(),
    version: take,
    loaded: () => undefined,
    skipped: () => undefined,
    record(record) {
      for (const version of versionsOfRecord(record, (key) => isWithin(span, key))) take(version);
    },
  };
}

function revisionCut(revision: number): Cut {
  return { kind: 'revision', revision };
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
