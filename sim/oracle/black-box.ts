import type { PlainKeyValue, PlainResponse } from '../types/plain.ts';
import type { Violation } from '../types/result.ts';
import { type Call, isOk, isSerializable, mayWrite, nameOf, type OkCall, saysItWrote, type Traffic } from './calls.ts';
import { differenceOf, sameKeyValue, showKv } from './compare.ts';
import type { DecodedOperation } from './decoder/log-objects.ts';
import { type DataRequest, type DataResponse, errorWords, evaluate, type View } from './evaluate.ts';
import {
  applyRecord,
  attachedKeys,
  createModel,
  momentOf,
  rangeAt,
  revisionInitial,
  revisionOf,
  versionAt,
} from './model.ts';
import { violation } from './violation.ts';

/**
 * Is there any order of the calls that explains every answer? Without the log: a search that the revisions force.
 *
 * Two reductions make it fast, both sound:
 * - A completed write that reported revision r owns r: no order that gives r to another explains its answer.
 * - What changes nothing is taken as soon as it is legal: it cannot get in the way of anything. Each such answer names its revision, so it is
 *   checked there, once.
 * What is left to choose is who made a revision that nobody was told of: a call without an answer, or a lease that ran out. What anybody saw of
 * that revision narrows it down. Dead ends are remembered; when the budget is spent the verdict is `unknown`.
 */
export type BlackBoxVerdict =
  | { readonly kind: 'ok'; readonly revisions: number; readonly choices: number }
  | { readonly kind: 'violation'; readonly violation: Violation }
  | { readonly kind: 'unknown'; readonly explanation: string };

export interface BlackBoxOptions {
  /** Evaluations of requests, in all. */
  readonly budget?: number;
}

const budgetDefault = 2_000_000;

interface Option {
  /** Undefined: a lease ran out. */
  readonly call: Call | undefined;
  readonly operations: readonly DecodedOperation[];
}

interface Choice {
  readonly revision: number;
  readonly options: readonly Option[];
  taken: number;
}

export function checkBlackBox({ calls, streams }: Traffic, options: BlackBoxOptions = {}): BlackBoxVerdict {
  const found = factsOf(calls, streams);
  if ('violation' in found) return { kind: 'violation', violation: found.violation };
  const facts: Facts = found;
  const { budget = budgetDefault } = options;
  const model = createModel();
  const used = new Map<number, Call>();
  const usedCalls = new Set<Call>();
  const choices: Choice[] = [];
  const deadEnds = new Set<string>();
  let deepest: { readonly revision: number; readonly violation: Violation } | undefined;
  let spent = 0;
  let chosen = 0;

  function fail(revision: number, words: string, call?: Call): void {
    if (deepest !== undefined && deepest.revision >= revision) return;
    const made = violation('linearizability', words, {
      ...(call === undefined ? {} : { atMs: call.returnedMs, operations: [call.operation] }),
      revisions: [revision],
    });
    deepest = { revision, violation: made };
  }

  function viewNow(): View {
    return { revision: revisionOf(model), moment: momentOf(model), compactRevision: 0 };
  }

  function evaluated(call: Call) {
    spent += 1;
    const due = evaluate(model, call.request as DataRequest, viewNow());
    // Leases are not followed here: whether there was one is not judged.
    const errors = [...due.errors].filter((words) => words !== errorWords.leaseNotFound);
    return { ...due, error: errors[0] };
  }

  function optionsAt(revision: number): readonly Option[] {
    const owner = facts.owners.get(revision);
    if (owner !== undefined) return owned(revision, owner);
    const options: Option[] = [];
    for (const call of facts.unknowns) {
      if (call.invokedAt > facts.seenAt(revision)) break;
      if (usedCalls.has(call) || facts.floorOf(call) >= revision) continue;
      const { error, operations } = evaluated(call);
      if (error === undefined && operations.length > 0 && fits(revision, operations))
        options.push({ call, operations });
    }
    for (const lease of model.attached.keys()) {
      const keys = attachedKeys(model, lease, revision - 1);
      if (keys.length === 0) continue;
      const operations = keys.map((key) => ({ kind: 'delete', key }) as const);
      if (fits(revision, operations)) options.push({ call: undefined, operations });
    }
    if (options.length === 0) fail(revision, `nobody can have made revision ${revision}${seenWords(revision)}`);
    return options;
  }

  function owned(revision: number, call: OkCall): readonly Option[] {
    const { error, operations, response } = evaluated(call);
    if (error !== undefined) {
      fail(revision, `${nameOf(call)} wrote revision ${revision}, where "${error}" is due`, call);
      return [];
    }
    const difference = operations.length === 0 ? 'there was nothing to write' : differ(call, response, viewNow());
    if (difference !== undefined) {
      fail(revision, `${nameOf(call)} wrote revision ${revision}; ${difference}`, call);
      return [];
    }
    if (fits(revision, operations)) return [{ call, operations }];
    fail(
      revision,
      `${nameOf(call)} wrote revision ${revision}, of which something else was seen${seenWords(revision)}`,
      call,
    );
    return [];
  }

  function differ(call: OkCall, due: DataResponse, view: View): string | undefined {
    return differenceOf(call.request as DataRequest, call.outcome.response as DataResponse, due, (range) => {
      const asked = range.revision ?? 0;
      return rangeAt(model, range, asked > 0 ? asked : view.revision);
    });
  }

  /** What was seen of the revision is among what these operations make. */
  function fits(revision: number, operations: readonly DecodedOperation[]): boolean {
    for (const seen of facts.seen.get(revision)?.values() ?? []) {
      if (!operations.some((operation) => isSeenAs(operation, seen))) return false;
    }
    return true;
  }

  function isSeenAs(operation: DecodedOperation, seen: PlainKeyValue): boolean {
    if (operation.key !== seen.key || (operation.kind === 'delete') !== (seen.version === 0)) return false;
    if (operation.kind === 'delete') return true;
    if (seen.value !== operation.value && !facts.mayLackValue.has(seen)) return false;
    if (seen.lease !== operation.lease) return false;
    return seen.createRevision === operation.createRevision && seen.version === operation.version;
  }

  function seenWords(revision: number): string {
    const seen = [...(facts.seen.get(revision)?.values() ?? [])][0];
    return seen === undefined ? '' : `: ${showKv(seen)} was seen`;
  }

  /** False: an answer at the revision reached cannot be explained. */
  function readsHold(): boolean {
    const revision = revisionOf(model);
    for (const call of facts.readsAt.get(revision) ?? []) {
      const { error, operations, response } = evaluated(call);
      if (error === undefined && operations.length === 0) {
        const difference = differ(call, response, viewNow());
        if (difference === undefined) continue;
        fail(revision, `${nameOf(call)} was answered at revision ${revision}: ${difference}`, call);
        return false;
      }
      fail(revision, `${nameOf(call)} was answered at revision ${revision}, where ${error ?? 'a write'} is due`, call);
      return false;
    }
    return true;
  }

  function take(revision: number, { call, operations }: Option): void {
    applyRecord(model, { kind: 'write', revision, operations });
    if (call === undefined) return;
    used.set(revision, call);
    usedCalls.add(call);
  }

  /** Takes back everything from `revision` on. */
  function takeBack(revision: number): void {
    while (revisionOf(model) >= revision) {
      const last = revisionOf(model);
      for (const { key } of model.events[last]!) model.versions.get(key)!.pop();
      model.events.length = last;
      model.momentOf.length = last;
      model.revisionAt.pop();
      model.compactRevisionAt.pop();
      const call = used.get(last);
      used.delete(last);
      if (call !== undefined) usedCalls.delete(call);
    }
  }

  /** Goes on with the next option of the last choice that has one. */
  function backtrack(): boolean {
    for (let choice = choices.at(-1); choice !== undefined; choice = choices.at(-1)) {
      takeBack(choice.revision);
      choice.taken += 1;
      const option = choice.options[choice.taken];
      if (option === undefined) {
        choices.pop();
        continue;
      }
      take(choice.revision, option);
      if (isNew(choice.revision) && readsHold()) return true;
    }
    return false;
  }

  /** What decides what can follow: who is used up, and what the open choices left behind. */
  function isNew(revision: number): boolean {
    const spentCalls = [...usedCalls].filter((call) => !isOk(call)).map(({ id }) => id);
    const left = choices.flatMap((choice) =>
      choice.options[choice.taken]!.operations.map(({ key }) => {
        const version = versionAt(model, key, revision);
        return `${key}=${version?.value}/${version?.modRevision}/${version?.version}/${version?.createRevision}`;
      }),
    );
    const name = `${revision} ${spentCalls.sort().join()} ${[...new Set(left)].sort().join()}`;
    if (deadEnds.has(name)) return false;
    deadEnds.add(name);
    return true;
  }

  if (!readsHold()) return { kind: 'violation', violation: deepest!.violation };
  for (;;) {
    const revision = revisionOf(model) + 1;
    if (revision > facts.lastRevision) return { kind: 'ok', revisions: revision - 1, choices: chosen };
    if (spent > budget)
      return {
        kind: 'unknown',
        explanation: `the search was given up at revision ${revision} after ${spent} evaluations`,
      };
    const options = optionsAt(revision);
    let holds = false;
    if (options.length > 0) {
      if (options.length > 1) {
        chosen += 1;
        choices.push({ revision, options, taken: 0 });
      }
      take(revision, options[0]!);
      holds = (options.length === 1 || isNew(revision)) && readsHold();
    }
    if (!holds && !backtrack()) return { kind: 'violation', violation: deepest!.violation };
  }
}

interface Facts {
  readonly owners: ReadonlyMap<number, OkCall>;
  /** Writes that may have happened, in order of their invocations. */
  readonly unknowns: readonly Call[];
  /** Answers that changed nothing, by the revision that they name. */
  readonly readsAt: ReadonlyMap<number, readonly OkCall[]>;
  /** What anybody saw of a revision, by key. */
  readonly seen: ReadonlyMap<number, ReadonlyMap<string, PlainKeyValue>>;
  /** Seen where only keys may have been asked for. */
  readonly mayLackValue: ReadonlySet<PlainKeyValue>;
  readonly lastRevision: number;
  /** The first event that shows that this revision had been made. */
  seenAt(revision: number): number;
  /** What had been told before the call was sent. */
  floorOf(call: Call): number;
}

function factsOf(calls: readonly Call[], streams: Traffic['streams']): Facts | { readonly violation: Violation } {
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
