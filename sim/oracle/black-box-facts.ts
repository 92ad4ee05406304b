import type { PlainKeyValue, PlainResponse } from '../types/plain.ts';
import type { Violation } from '../types/result.ts';
import { type Call, isOk, isSerializable, mayWrite, nameOf, type OkCall, saysItWrote, type Traffic } from './calls.ts';
import { sameKeyValue, showKv } from './compare.ts';
import { keysLeased } from './footprint.ts';
import { type KeyFacts, keyFactsOf } from './key-facts.ts';
import { revisionInitial } from './model.ts';
import { violation } from './violation.ts';

/** What the answers and the watches say by themselves, before any order of the calls is looked for. */
export interface Facts {
  readonly owners: ReadonlyMap<number, OkCall>;
  /** Writes that may have happened, in order of their invocations. */
  readonly unknowns: readonly Call[];
  /** Answers that changed nothing, by the revision that they name. */
  readonly readsAt: ReadonlyMap<number, readonly OkCall[]>;
  /** What anybody saw of a revision, by key. */
  readonly seen: ReadonlyMap<number, ReadonlyMap<string, PlainKeyValue>>;
  /** Seen where only keys may have been asked for. */
  readonly mayLackValue: ReadonlySet<PlainKeyValue>;
  /** Where a key cannot have been written. */
  readonly keys: KeyFacts;
  /** Keys that may have been attached to a lease. */
  readonly leased: readonly string[];
  readonly lastRevision: number;
  /** The first event that shows that this revision had been made. */
  seenAt(revision: number): number;
  /** What had been told before the call was sent. */
  floorOf(call: Call): number;
}

export function factsOf(
  calls: readonly Call[],
  streams: Traffic['streams'],
): Facts | { readonly violation: Violation } {
  const owners = new Map<number, OkCall>();
  const readsAt = new Map<number, OkCall[]>();
  const seen = new Map<number, Map<string, PlainKeyValue>>();
  const mayLackValue = new Set<PlainKeyValue>();
  const marks: { readonly at: number; readonly revision: number; readonly call?: Call; readonly returned?: OkCall }[] =
    [];
  let lastRevision = revisionInitial;
  let clash: Violation | undefined;

  function see(kv: PlainKeyValue, keysOnly: boolean): void {
    let atRevision = seen.get(kv.modRevision);
    if (atRevision === undefined) seen.set(kv.modRevision, (atRevision = new Map()));
    if (kv.modRevision > lastRevision) lastRevision = kv.modRevision;
    // One transaction may put a key and delete it.
    const name = kv.version === 0 ? `${kv.key}\0deleted` : kv.key;
    const before = atRevision.get(name);
    if (keysOnly && before !== undefined) return;
    if (keysOnly) mayLackValue.add(kv);
    atRevision.set(name, kv);
    if (before === undefined || mayLackValue.has(before) || sameKeyValue(before, kv)) return;
    clash ??= violation('linearizability', `${showKv(kv)} and ${showKv(before)} were both seen`, {
      revisions: [kv.modRevision],
    });
  }

  for (const call of calls) {
    marks.push({ at: call.invokedAt, revision: 0, call });
    if (!isOk(call)) continue;
    const { header, response } = call.outcome;
    marks.push({ at: call.returnedAt, revision: header.revision, returned: call });
    lastRevision = Math.max(lastRevision, header.revision);
    for (const kv of keyValuesOf(response)) see(kv, kv.value === '');
    if (saysItWrote(response)) {
      const rival = owners.get(header.revision);
      if (rival === undefined) owners.set(header.revision, call);
      else {
        clash ??= violation(
          'revisions',
          `${nameOf(rival)} and ${nameOf(call)} were both told that they wrote revision ${header.revision}`,
          {
            operations: [rival.operation, call.operation],
            revisions: [header.revision],
          },
        );
      }
    } else if (['range', 'put', 'delete-range', 'txn'].includes(response.kind)) {
      const known = readsAt.get(header.revision);
      if (known === undefined) readsAt.set(header.revision, [call]);
      else known.push(call);
    }
  }
  for (const { responses } of streams) {
    for (const { response, at } of responses) {
      for (const { kv, previous } of response.events) {
        see(kv, false);
        if (previous !== undefined) see(previous, false);
      }
      marks.push({ at, revision: Math.max(response.revision ?? 0, response.events.at(-1)?.kv.modRevision ?? 0) });
    }
  }
  marks.sort((left, right) => left.at - right.at);
  const { floors, stale } = sweep(marks);
  clash ??= stale;
  if (clash !== undefined) return { violation: clash };
  for (const { revision } of marks) lastRevision = Math.max(lastRevision, revision);
  const firstSeen = firstSeenOf(marks, lastRevision);
  return {
    owners,
    unknowns: calls.filter(({ outcome, request }) => outcome.kind === 'unknown' && mayWrite(request)),
    readsAt,
    seen,
    mayLackValue,
    keys: keyFactsOf(
      calls,
      [...seen.values()].flatMap((kvs) => [...kvs.values()]),
    ),
    leased: [...new Set(calls.flatMap(({ request }) => keysLeased(request)))],
    lastRevision,
    seenAt: (revision) => firstSeen[revision] ?? Infinity,
    floorOf: (call) => floors.get(call) ?? 0,
  };
}

/** Real time: nothing is answered below what had been told before it was sent. */
function sweep(marks: readonly { readonly revision: number; readonly call?: Call; readonly returned?: OkCall }[]): {
  readonly floors: ReadonlyMap<Call, number>;
  readonly stale: Violation | undefined;
} {
  const floors = new Map<Call, number>();
  let floor = 0;
  let stale: Violation | undefined;
  for (const { revision, call, returned } of marks) {
    if (call !== undefined) floors.set(call, floor);
    if (returned !== undefined && !isSerializable(returned.request)) {
      const known = floors.get(returned)!;
      const isWrite = saysItWrote(returned.outcome.response);
      if (revision < known || (isWrite && revision === known)) {
        stale ??= violation(
          'linearizability',
          `${nameOf(returned)} was answered at revision ${revision}, but ${known} had been told before it was sent`,
          {
            atMs: returned.returnedMs,
            operations: [returned.operation],
            revisions: [revision],
          },
        );
      }
    }
    if (revision > floor) floor = revision;
  }
  return { floors, stale };
}

/** By revision: the earliest event that names it or a later one. */
function firstSeenOf(
  marks: readonly { readonly at: number; readonly revision: number }[],
  last: number,
): readonly number[] {
  const first = new Array<number>(last + 2).fill(Infinity);
  for (const { at, revision } of marks) if (at < first[revision]!) first[revision] = at;
  for (let revision = last; revision >= 0; revision--)
    first[revision] = Math.min(first[revision]!, first[revision + 1]!);
  return first;
}

function keyValuesOf(response: PlainResponse): readonly PlainKeyValue[] {
  switch (response.kind) {
    case 'range':
      return response.kvs;
    case 'put':
      return response.previous === undefined ? [] : [response.previous];
    case 'delete-range':
      return response.previous;
    case 'txn':
      return response.responses.flatMap((inner) => keyValuesOf(inner.response));
    default:
      return [];
  }
}
