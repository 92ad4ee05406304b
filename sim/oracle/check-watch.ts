import type { PlainWatchRequest, PlainWatchResponse } from '../types/plain.ts';
import type { Violation } from '../types/result.ts';
import type { Analysis } from './analysis.ts';
import { authErrorWords, watchRefusalAt } from './auth-model.ts';
import type { Stream } from './calls.ts';
import { sameKeyValue, showKv } from './compare.ts';
import type { LoggedRecord } from './lines.ts';
import { isInRange, liveAt, type Model, type ModelVersion, plainTombstone, show } from './model.ts';
import { type Guarantee, violation } from './violation.ts';

/**
 * What each stream delivered, against the log: from its start on every matching event, once, in order, a revision whole, none before it is
 * durable, none left out by the time that a later event or a progress report says so.
 */
export interface WatchCounts {
  streams: number;
  events: number;
  wholeTransactions: number;
  previousValues: number;
  filteredOut: number;
  progress: number;
  compactedStarts: number;
  fromThePast: number;
  resumed: number;
  rolledBack: number;
  /** Created for callers who had to be allowed to watch. */
  allowed: number;
  /** For who was not allowed to. */
  refused: number;
  excused: number;
}

export function watchCountsNone(): WatchCounts {
  return {
    streams: 0,
    events: 0,
    wholeTransactions: 0,
    previousValues: 0,
    filteredOut: 0,
    progress: 0,
    compactedStarts: 0,
    fromThePast: 0,
    resumed: 0,
    rolledBack: 0,
    allowed: 0,
    refused: 0,
    excused: 0,
  };
}

export function checkWatches(analysis: Analysis, counts: WatchCounts): readonly Violation[] {
  const violations: Violation[] = [];
  const lastOf = new Map<string, number>();
  for (const stream of analysis.streams) {
    const found = checkStream(analysis, stream, counts, lastOf);
    if (found !== undefined) violations.push(found);
  }
  return violations;
}

interface Cursor {
  readonly analysis: Analysis;
  readonly stream: Stream;
  readonly counts: WatchCounts;
  /** The first revision of which nothing has been delivered yet. */
  next: number;
  lastProgress: number;
  canceled: boolean;
}

type Found = { readonly guarantee: Guarantee; readonly words: string; readonly revision?: number } | undefined;

function checkStream(
  analysis: Analysis,
  stream: Stream,
  counts: WatchCounts,
  lastOf: Map<string, number>,
): Violation | undefined {
  if (stream.responses.length === 0) return undefined;
  const cursor: Cursor = { analysis, stream, counts, next: 0, lastProgress: 0, canceled: false };
  counts.streams += 1;
  for (const [index, { response, atMs }] of stream.responses.entries()) {
    const revision = Math.max(response.revision ?? 0, response.events.at(-1)?.kv.modRevision ?? 0);
    // A stream ends with its reign: whatever came on it is of the reign that it was opened in.
    if (analysis.lossOf(stream.openedMs, revision) !== undefined) {
      counts.excused += 1;
      return undefined;
    }
    const found = index === 0 ? checkCreated(cursor, response, atMs) : checkResponse(cursor, response, atMs);
    const early = found ?? checkDurable(analysis, revision, atMs);
    if (early === undefined) continue;
    const range =
      stream.request.rangeEnd === undefined
        ? show(stream.request.key)
        : `${show(stream.request.key)} to ${show(stream.request.rangeEnd)}`;
    return violation(early.guarantee, `the watch of ${range} (${stream.id}) ${early.words}`, {
      atMs,
      operations: [stream.operation],
      revisions: early.revision === undefined ? [] : [early.revision],
    });
  }
  const last = lastOf.get(stream.operation);
  if (last !== undefined && (stream.request.startRevision ?? 0) === last + 1) counts.resumed += 1;
  lastOf.set(stream.operation, cursor.next - 1);
  return undefined;
}

function checkCreated(cursor: Cursor, response: PlainWatchResponse, atMs: number): Found {
  const { request } = cursor.stream;
  if (!response.created) return { guarantee: 'watch order', words: 'got something else before it was created' };
  const forbidden = checkAllowed(cursor, response, atMs);
  if (forbidden !== undefined) return forbidden;
  if (response.canceled) {
    cursor.canceled = true;
    return undefined;
  }
  if (response.revision === undefined) return { guarantee: 'watch content', words: 'was created without a revision' };
  const start = request.startRevision ?? 0;
  cursor.next = start > 0 ? start : response.revision + 1;
  if (start > 0 && start <= response.revision) cursor.counts.fromThePast += 1;
  return undefined;
}

/**
 * Who watches a range may read all of it at the moment at which the watcher is created, and who is refused may not: so nobody is shown a key that
 * was forbidden to him then. The header names the revision of that moment; changes of users and roles take none, so it is one of those that have it.
 */
function checkAllowed({ analysis, stream, counts }: Cursor, response: PlainWatchResponse, atMs: number): Found {
  const { request } = stream;
  if (request.caller === undefined || analysis.lossOf(stream.openedMs, Infinity) !== undefined) return undefined;
  const { model } = analysis.log;
  const reason = [...authErrorWords].find((words) => response.cancelReason.endsWith(`desc = ${words}`));
  if (response.canceled && reason === undefined) return undefined;
  const last = analysis.momentSeenBy(atMs);
  const due = new Set<string | undefined>();
  for (let moment = 0; moment <= last; moment++) {
    if (model.revisionAt[moment] === response.revision) due.add(watchRefusalAt(model.authAt[moment]!, request));
  }
  if (reason === undefined) counts.allowed += 1;
  else counts.refused += 1;
  if (due.has(reason)) return undefined;
  const words =
    reason === undefined
      ? `was created, where "${[...due].join('" or "')}" is due`
      : `was refused with "${reason}", which was due at no moment of revision ${response.revision ?? 'none'}`;
  return { guarantee: 'authorization', words };
}

function checkDurable(analysis: Analysis, revision: number, atMs: number): Found {
  const durable = analysis.log.model.revisionAt[analysis.momentSeenBy(atMs)]!;
  if (revision <= durable) return undefined;
  return {
    guarantee: 'durability',
    words: `was shown revision ${revision}, where ${durable} was the last durable one`,
    revision,
  };
}

function checkResponse(cursor: Cursor, response: PlainWatchResponse, atMs: number): Found {
  if (cursor.canceled) return { guarantee: 'watch order', words: 'went on after it was cancelled' };
  if (response.created) return { guarantee: 'watch order', words: 'was created twice' };
  if (response.canceled) return checkCanceled(cursor, response, atMs);
  if (response.events.length === 0) return checkProgress(cursor, response);
  const last = response.events.at(-1)!.kv.modRevision;
  if (response.revision === undefined || response.revision < last) {
    return {
      guarantee: 'watch content',
      words: `got an event of revision ${last} under a header of ${response.revision}`,
      revision: last,
    };
  }
  let index = 0;
  while (index < response.events.length) {
    const { modRevision } = response.events[index]!.kv;
    let end = index;
    while (end < response.events.length && response.events[end]!.kv.modRevision === modRevision) end += 1;
    const found = checkRevision(cursor, modRevision, response.events.slice(index, end), atMs);
    if (found !== undefined) return found;
    index = end;
  }
  return undefined;
}

function checkRevision(cursor: Cursor, revision: number, events: PlainWatchResponse['events'], atMs: number): Found {
  const { analysis, stream, counts } = cursor;
  const { model } = analysis.log;
  if (revision < cursor.next) {
    const isWhole = revision < cursor.next - 1 || revision < (stream.request.startRevision ?? 0);
    return isWhole
      ? { guarantee: 'watch order', words: `got revision ${revision} when ${cursor.next} was next`, revision }
      : { guarantee: 'watch atomicity', words: `got revision ${revision} in two pieces, or twice`, revision };
  }
  const across = acrossRollback(cursor, revision);
  if (across !== undefined) return across;
  const missed = firstMatch(cursor, cursor.next, revision - 1);
  if (missed !== undefined) {
    return {
      guarantee: 'watch reliability',
      words: `got revision ${revision} without ${showKv(missed)} before it`,
      revision: missed.modRevision,
    };
  }
  const due = matches(model, stream.request, revision);
  counts.filteredOut += filteredOut(model, stream.request, revision);
  for (const [index, { kv, previous }] of events.entries()) {
    const version = due[index];
    if (version === undefined)
      return { guarantee: 'watch content', words: `got ${showKv(kv)}, which is too much`, revision };
    if (!sameKeyValue(kv, shownEvent(version))) {
      return { guarantee: 'watch content', words: `got ${showKv(kv)}, due is ${showKv(version)}`, revision };
    }
    const problem = checkPrevious(cursor, version, previous, atMs);
    if (problem !== undefined) return { guarantee: 'watch content', words: problem, revision };
  }
  if (events.length < due.length) {
    return {
      guarantee: 'watch atomicity',
      words: `got ${events.length} of the ${due.length} events of revision ${revision}`,
      revision,
    };
  }
  counts.events += events.length;
  if (events.length > 1) counts.wholeTransactions += 1;
  cursor.next = revision + 1;
  return undefined;
}

/** Whoever waits for what comes after the end of a line that was left has to be told that it will not come. */
function acrossRollback({ analysis, next }: Cursor, revision: number): Found {
  const rollback = analysis.log.rollbacks.find(
    ({ skippedRevision }) => next < skippedRevision && revision >= skippedRevision,
  );
  if (rollback === undefined) return undefined;
  return {
    guarantee: 'watch compaction',
    words: `goes on to revision ${revision}, although ${next} was next, and the rollback skipped everything up to ${rollback.skippedRevision}`,
    revision,
  };
}

function shownEvent(version: ModelVersion) {
  return version.version === 0 ? plainTombstone(version.key, version.modRevision) : version;
}

function checkPrevious(
  cursor: Cursor,
  version: ModelVersion,
  previous: PlainWatchResponse['events'][number]['previous'],
  atMs: number,
): string | undefined {
  const { analysis, stream, counts } = cursor;
  const { model } = analysis.log;
  if (stream.request.previousKv !== true)
    return previous === undefined ? undefined : 'got a value before that it did not ask for';
  const due = liveAt(model, version.key, version.modRevision - 1);
  if (previous !== undefined) counts.previousValues += 1;
  if (sameKeyValue(previous, due)) return undefined;
  const isCompacted = version.modRevision - 1 < model.compactRevisionAt[analysis.momentSeenBy(atMs)]!;
  if (previous === undefined && isCompacted) return undefined;
  return `got as the value before ${showKv(version)} ${showKv(previous)}, due is ${showKv(due)}`;
}

function checkProgress(cursor: Cursor, { revision }: PlainWatchResponse): Found {
  cursor.counts.progress += 1;
  if (revision === undefined) return { guarantee: 'watch progress', words: 'got a progress report without a revision' };
  const across = acrossRollback(cursor, revision);
  if (across !== undefined) return across;
  const missed = firstMatch(cursor, cursor.next, revision);
  if (missed !== undefined) {
    return {
      guarantee: 'watch progress',
      words: `was told that everything up to revision ${revision} had come, but ${showKv(missed)} had not`,
      revision: missed.modRevision,
    };
  }
  const start = cursor.stream.request.startRevision ?? 0;
  if (revision < start)
    return {
      guarantee: 'watch progress',
      words: `got a report at ${revision}, before its start at ${start}`,
      revision,
    };
  if (revision < cursor.lastProgress || (revision < cursor.next - 1 && cursor.next > start)) {
    return {
      guarantee: 'watch progress',
      words: `was told revision ${revision} after revision ${Math.max(cursor.lastProgress, cursor.next - 1)}`,
      revision,
    };
  }
  cursor.lastProgress = revision;
  cursor.next = Math.max(cursor.next, revision + 1);
  return undefined;
}

function checkCanceled(cursor: Cursor, response: PlainWatchResponse, atMs: number): Found {
  cursor.canceled = true;
  const { compactRevision } = response;
  if (compactRevision === 0) return undefined;
  cursor.counts.compactedStarts += 1;
  const guarantee = 'watch compaction';
  if (response.revision !== undefined)
    return { guarantee, words: 'was cancelled for a compaction under a header with a revision' };
  if (cursor.next >= compactRevision) {
    return {
      guarantee,
      words: `was cancelled for the compaction at ${compactRevision}, although revision ${cursor.next} was next`,
    };
  }
  const { log } = cursor.analysis;
  const isCompaction = ({ record }: LoggedRecord) =>
    (record.kind === 'compact' && record.revision === compactRevision) ||
    (record.kind === 'rollback' && record.skippedRevision === compactRevision);
  const moment = log.records.findIndex(isCompaction) + 1;
  if (moment > 0 && log.records[moment - 1]!.record.kind === 'rollback') cursor.counts.rolledBack += 1;
  // A branch begins compacted as its parent was at the cut.
  if (compactRevision === log.model.compactRevisionAt[0]) return undefined;
  if (moment === 0 && mayBeLost(cursor, compactRevision)) {
    cursor.counts.excused += 1;
    return undefined;
  }
  if (moment === 0 || moment > cursor.analysis.momentSeenBy(atMs)) {
    return { guarantee, words: `was cancelled for a compaction at ${compactRevision}, which was not durable` };
  }
  return undefined;
}

/** A compaction takes no revision: one that was asked for in the reign of the stream may be lost with a disk, whatever revision the next reign goes on from. */
function mayBeLost({ analysis, stream }: Cursor, compactRevision: number): boolean {
  const loss = analysis.losses.find(({ atMs }) => stream.openedMs <= atMs);
  if (loss === undefined) return false;
  return analysis.calls.some(
    ({ request, outcome, invokedMs }) =>
      request.kind === 'compact' &&
      request.revision === compactRevision &&
      outcome.kind !== 'error' &&
      invokedMs <= loss.atMs,
  );
}

/** The first matching event in these revisions. */
function firstMatch(cursor: Cursor, from: number, to: number): ModelVersion | undefined {
  const { model } = cursor.analysis.log;
  const end = Math.min(to, model.events.length - 1);
  for (let revision = Math.max(from, 0); revision <= end; revision++) {
    const found = matches(model, cursor.stream.request, revision);
    if (found.length > 0) return found[0];
    cursor.counts.filteredOut += filteredOut(model, cursor.stream.request, revision);
  }
  return undefined;
}

export function matches(model: Model, request: PlainWatchRequest, revision: number): readonly ModelVersion[] {
  const events = model.events[revision] ?? [];
  if (events.length === 1) return isWanted(request, events[0]!) ? events : none;
  return events.filter((version) => isWanted(request, version));
}

const none: readonly ModelVersion[] = [];

function isWanted(request: PlainWatchRequest, version: ModelVersion): boolean {
  if (version.version === 0 ? request.noDelete === true : request.noPut === true) return false;
  return isWatched(request, version.key);
}

/** An empty key stands for the first one. */
function isWatched(request: PlainWatchRequest, key: string): boolean {
  return isInRange(key, request.key === '' ? { ...request, key: '\0' } : request);
}

function filteredOut(model: Model, request: PlainWatchRequest, revision: number): number {
  if (request.noPut !== true && request.noDelete !== true) return 0;
  const events = model.events[revision] ?? [];
  return events.filter((version) => isWatched(request, version.key) && !isWanted(request, version)).length;
}
