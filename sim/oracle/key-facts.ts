import type { PlainCompare, PlainKeyValue, PlainResponse, PlainTxnOperation } from '../types/plain.ts';
import { isOk, type Call, type OkCall, saysItWrote } from './calls.ts';
import type { DecodedOperation } from './decoder/log-objects.ts';
import { keysLeased, rangesDeleted } from './footprint.ts';
import { createSpans, firstAbove, type Spans } from './spans.ts';
import { createByRange } from './by-range.ts';

/**
 * Where a key cannot have been written, told from answers alone:
 * - shown at revision m and still current at r: not between them;
 * - shown as version v, created at c, changed at m: never deleted between them, and put at v revisions at most; where all v are known, at no other;
 * - not there at r, or created anew after it: not put before r, unless somebody may have deleted it since.
 *
 * Invariant: only what follows from every order that explains the answers. An order that breaks one of these is none.
 */
export interface KeyFacts {
  /** False: no order has this operation at that revision. */
  mayBe(operation: DecodedOperation, revision: number): boolean;
  /** False: whatever is done to the key, it is not done at that revision. */
  mayTouch(key: string, revision: number): boolean;
}

/** One life of a key, as far as it is known: from the revision that created it to the newest one at which it was shown. */
interface Life {
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
}

/** All that was in a range at a revision. */
interface Listing {
  readonly keys: ReadonlySet<string>;
  readonly at: number;
}

interface KeyHistory {
  /** The key is not written from the one to the other, both included. */
  readonly quiet: Map<number, number>;
  /** By version. */
  readonly lives: Map<string, Life>;
  readonly writes: Set<number>;
}

/** The same, to be asked often. */
interface KeyIndex {
  readonly quiet: Spans;
  /** From the revision that created it to the newest one at which it was shown, neither included; named by the former. */
  readonly lives: Spans;
  /** Revisions at which the key was not there, ascending. */
  readonly missing: readonly number[];
}

const nothingKnown: KeyHistory = { quiet: new Map(), lives: new Map(), writes: new Set() };

export function keyFactsOf(calls: readonly Call[], seen: Iterable<PlainKeyValue>): KeyFacts {
  const histories = new Map<string, KeyHistory>();
  const listings = createByRange<Listing>();
  /** Revisions of those who delete; undefined: not known. */
  const deleters = createByRange<number | undefined>();
  const leased = new Set<string>();
  const indexes = new Map<string, KeyIndex>();

  function historyOf(key: string): KeyHistory {
    let history = histories.get(key);
    if (history === undefined)
      histories.set(key, (history = { quiet: new Map(), lives: new Map(), writes: new Set() }));
    return history;
  }

  function stillCurrent(key: string, modRevision: number, at: number): void {
    if (at > modRevision) addQuiet(historyOf(key), modRevision + 1, at);
  }

  function takeAnswer(response: PlainResponse, asked: PlainTxnOperation | undefined, at: number, wrote: boolean): void {
    switch (response.kind) {
      case 'range': {
        const revision = asked?.kind === 'range' ? (asked.revision ?? 0) : 0;
        const shownAt = revision > 0 ? Math.min(revision, at) : at;
        for (const kv of response.kvs) stillCurrent(kv.key, kv.modRevision, shownAt);
        // A writer may have changed before what it listed then.
        if (wrote || asked?.kind !== 'range' || response.count !== response.kvs.length) return;
        listings.add(asked, { keys: new Set(response.kvs.map(({ key }) => key)), at: shownAt });
        return;
      }
      case 'put':
        if (response.previous !== undefined) stillCurrent(response.previous.key, response.previous.modRevision, at);
        return;
      case 'delete-range':
        for (const kv of response.previous) stillCurrent(kv.key, kv.modRevision, at);
        return;
      case 'txn': {
        if (asked?.kind !== 'txn') return;
        if (response.succeeded) for (const compare of asked.compare ?? []) takeCompare(compare, at);
        const branch = (response.succeeded ? asked.success : asked.failure) ?? [];
        response.responses.forEach((inner, index) => takeAnswer(inner.response, branch[index], at, wrote));
        return;
      }
      default:
    }
  }

  function takeCompare({ key, rangeEnd, result = 'equal', target }: PlainCompare, at: number): void {
    if (rangeEnd !== undefined || result !== 'equal') return;
    if (target.kind === 'mod' && target.modRevision > 0) stillCurrent(key, target.modRevision, at);
    const isMissing =
      (target.kind === 'mod' && target.modRevision === 0) ||
      (target.kind === 'create' && target.createRevision === 0) ||
      (target.kind === 'version' && target.version === 0);
    if (isMissing) listings.add({ key }, { keys: nothing, at });
  }

  function indexOf(key: string): KeyIndex {
    let index = indexes.get(key);
    if (index === undefined) indexes.set(key, (index = madeIndexOf(key)));
    return index;
  }

  function madeIndexOf(key: string): KeyIndex {
    const { quiet, lives } = histories.get(key) ?? nothingKnown;
    const known = [...lives.values()];
    const absent = listings.about(key).filter(({ keys }) => !keys.has(key));
    const missing = new Set([...absent.map(({ at }) => at), ...known.map(({ createRevision }) => createRevision)]);
    return {
      quiet: createSpans([...quiet].map(([from, to]) => ({ from, to, name: from }))),
      lives: createSpans(
        known.map(({ createRevision, modRevision }) => ({
          from: createRevision + 1,
          to: modRevision - 1,
          name: createRevision,
        })),
      ),
      missing: [...missing].sort((left, right) => left - right),
    };
  }

  /** Whoever is created at a revision may be deleted in it first. */
  function mayBeDeleted(key: string, after: number, until: number): boolean {
    return deleters.about(key).some((at) => at === undefined || (after <= at && at <= until));
  }

  function takeWrites(call: OkCall): void {
    const { header, response } = call.outcome;
    for (const key of keysPut(call.request as PlainTxnOperation, response)) historyOf(key).writes.add(header.revision);
  }

  for (const call of calls) {
    if (call.outcome.kind === 'error') continue;
    const at = isOk(call) ? call.outcome.header.revision : undefined;
    for (const range of rangesDeleted(call.request)) deleters.add(range, at);
    for (const key of keysLeased(call.request)) leased.add(key);
    if (!isOk(call)) continue;
    const { header, response } = call.outcome;
    const wrote = saysItWrote(response);
    // What a writer was shown it may itself have changed in its own revision.
    takeAnswer(response, call.request as PlainTxnOperation, wrote ? header.revision - 1 : header.revision, wrote);
    if (wrote) takeWrites(call);
  }
  for (const { key, createRevision, modRevision, version } of seen) {
    const { lives, writes } = historyOf(key);
    writes.add(modRevision);
    if (version === 0) continue;
    writes.add(createRevision);
    lives.set(`${createRevision}/${version}`, { createRevision, modRevision, version });
  }
  for (const history of histories.values()) closeLives(history);

  return {
    mayTouch: (key, revision) => !indexOf(key).quiet.covers(revision),
    mayBe(operation, revision) {
      const { quiet, lives, missing } = indexOf(operation.key);
      if (quiet.covers(revision)) return false;
      if (operation.kind === 'delete') return !lives.covers(revision);
      if (lives.covers(revision, operation.createRevision)) return false;
      // Whoever hangs the key on a lease later has it deleted with that.
      if (operation.lease !== '0' || leased.has(operation.key)) return true;
      const missed = firstAbove(missing, revision);
      return missed === undefined || mayBeDeleted(operation.key, revision, missed);
    },
  };
}

const nothing: ReadonlySet<string> = new Set();

function addQuiet({ quiet }: KeyHistory, from: number, to: number): void {
  if ((quiet.get(from) ?? 0) < to) quiet.set(from, to);
}

/** Between the known writes of a life of which all are known there are no others. */
function closeLives(history: KeyHistory): void {
  const { lives, writes } = history;
  if (lives.size === 0) return;
  const known = [...writes].sort((left, right) => left - right);
  for (const { createRevision, modRevision, version } of lives.values()) {
    const own = known.filter((revision) => createRevision <= revision && revision <= modRevision);
    if (own.length < version) continue;
    own.slice(1).forEach((revision, index) => {
      if (revision > own[index]! + 1) addQuiet(history, own[index]! + 1, revision - 1);
    });
  }
}

/** Keys that the answer says were put. */
function keysPut(asked: PlainTxnOperation, response: PlainResponse): readonly string[] {
  if (asked.kind === 'put') return [asked.key];
  if (asked.kind !== 'txn' || response.kind !== 'txn') return [];
  const branch = (response.succeeded ? asked.success : asked.failure) ?? [];
  return branch.flatMap((operation, index) => {
    const inner = response.responses[index];
    return inner === undefined ? [] : keysPut(operation, inner.response);
  });
}
