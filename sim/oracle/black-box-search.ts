import type { PlainKeyValue, PlainRange } from '../types/plain.ts';
import type { Violation } from '../types/result.ts';
import type { BlackBoxVerdict } from './black-box-verdict.ts';
import type { Facts } from './black-box-facts.ts';
import { type Call, isOk, nameOf, type OkCall } from './calls.ts';
import { differenceOf, showKv } from './compare.ts';
import { sameOperations } from './owners.ts';
import { overlap, rangesTouched, rangesWritten } from './footprint.ts';
import type { DecodedOperation } from './decoder/log-objects.ts';
import { type DataRequest, type DataResponse, errorWords, evaluate, type View } from './evaluate.ts';
import {
  applyRecord,
  attachedKeys,
  createModel,
  isInRange,
  momentOf,
  rangeAt,
  revisionInitial,
  revisionOf,
  versionAt,
} from './model.ts';
import { violation } from './violation.ts';

/**
 * The search of the black-box check: depth first over who made each revision.
 *
 * Two things keep it from trying what makes no difference:
 * - Dead ends are remembered by what decides what can follow.
 * - An answer that cannot be explained depends on the keys that its request looks at alone. Choices at which nobody can have touched those are passed
 *   over on the way back.
 */
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

/**
 * Who is tried first where several may have made a revision. None is right more often than not: a leader that lost its answers did what
 * it was asked in turn; one that could not reach the store did nothing of what it was asked for long. So each has its share of the budget.
 */
export const preferences = ['next', 'earliest', 'latest'] as const;

/**
 * What somebody holds that a revision did; undefined: he does not say. Believed by nobody: who did that is tried first, and has to explain every
 * answer like any other. So a hint that is wrong costs time, and no hint makes an order where there is none.
 */
export type Hint = (revision: number) => readonly DecodedOperation[] | undefined;
export type Preference = (typeof preferences)[number] | Hint;

export function search(facts: Facts, preference: Preference, budget: number): BlackBoxVerdict {
  const model = createModel();
  const used = new Map<number, Call>();
  const usedCalls = new Set<Call>();
  const choices: Choice[] = [];
  const deadEnds = new Set<string>();
  let deepest: { readonly revision: number; readonly violation: Violation } | undefined;
  let spent = 0;
  let chosen = 0;
  const relevant = createRelevance(facts);
  const open = openRevisions(facts);
  /** The revision whose maker has to be another, for what failed last to hold; below it nothing has to. */
  let culprit = Infinity;

  function fail(revision: number, words: string, call?: Call): void {
    culprit = call === undefined ? Infinity : relevant(call, revision);
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
    for (const call of inOrder(revision)) {
      if (call.invokedAt > facts.seenAt(revision) || usedCalls.has(call) || facts.floorOf(call) >= revision) continue;
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
    const hinted = typeof preference === 'function' ? preference(revision) : undefined;
    if (hinted === undefined) return options;
    const isHinted = ({ operations }: Option) => sameOperations(operations, hinted);
    return [...options.filter(isHinted), ...options.filter((option) => !isHinted(option))];
  }

  function inOrder(revision: number): readonly Call[] {
    const { unknowns } = facts;
    if (preference === 'earliest') return unknowns;
    if (preference === 'latest') return unknowns.toReversed();
    const before = used.get(revision - 1)?.invokedAt ?? 0;
    const next = unknowns.findIndex((call) => call.invokedAt > before);
    return next < 0 ? unknowns.toReversed() : [...unknowns.slice(next), ...unknowns.slice(0, next).reverse()];
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
    if (!operations.every((operation) => facts.keys.mayBe(operation, revision))) return false;
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
      if (choice.revision > culprit) {
        choices.pop();
        continue;
      }
      culprit = Infinity;
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
    const isLast = (open.at(-1) ?? 0) <= revision;
    const spentCalls = isLast ? [] : [...usedCalls].filter((call) => !isOk(call)).map(({ id }) => id);
    const left = choices.flatMap((choice) =>
      choice.options[choice.taken]!.operations.map(({ key }) => {
        const version = versionAt(model, key, revision);
        return `${key}=${version?.value}/${version?.modRevision}/${version?.version}/${version?.createRevision}`;
      }),
    );
    const name = `${revision} ${spentCalls.sort().join()} ${[...new Set(left)].sort().join()}`;
    if (deadEnds.has(name)) {
      culprit = Infinity;
      return false;
    }
    deadEnds.add(name);
    return true;
  }

  if (!readsHold()) return { kind: 'violation', violation: deepest!.violation, evaluations: spent };
  for (;;) {
    const revision = revisionOf(model) + 1;
    if (revision > facts.lastRevision)
      return { kind: 'ok', revisions: revision - 1, choices: chosen, evaluations: spent };
    if (spent > budget)
      return {
        kind: 'unknown',
        explanation: `the search was given up at revision ${revision} after ${spent} evaluations`,
        evaluations: spent,
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
    if (!holds && !backtrack()) return { kind: 'violation', violation: deepest!.violation, evaluations: spent };
  }
}

/** Revisions of which nobody was told that he made them. */
function openRevisions({ owners, lastRevision }: Facts): readonly number[] {
  const open: number[] = [];
  for (let revision = revisionInitial + 1; revision <= lastRevision; revision++) {
    if (!owners.has(revision)) open.push(revision);
  }
  return open;
}

/**
 * The newest revision, up to a given one, at which a key that the call looks at can have been written by one maker or another; 0: none. As long
 * as the makers up to there are the same, so is the answer.
 */
function createRelevance(facts: Facts): (call: Call, revision: number) => number {
  const open = openRevisions(facts);
  const written = new Map(facts.unknowns.map((call) => [call, rangesWritten(call.request)]));
  const known = new Map<string, number>();

  function mayBeTouched(revision: number, ranges: readonly PlainRange[]): boolean {
    // The end of a lease may remove them at any revision.
    if (facts.leased.some((key) => ranges.some((range) => isInRange(key, range)))) return true;
    return facts.unknowns.some((call) => {
      if (call.invokedAt > facts.seenAt(revision) || facts.floorOf(call) >= revision) return false;
      return written.get(call)!.some((range) => {
        if (range.rangeEnd === undefined && !facts.keys.mayTouch(range.key, revision)) return false;
        return ranges.some((touched) => overlap(range, touched));
      });
    });
  }

  return (call, revision) => {
    const name = `${call.id} ${revision}`;
    let newest = known.get(name);
    if (newest !== undefined) return newest;
    const ranges = rangesTouched(call.request);
    newest = open.findLast((one) => one <= revision && mayBeTouched(one, ranges)) ?? 0;
    known.set(name, newest);
    return newest;
  };
}
