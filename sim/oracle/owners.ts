import type { Violation } from '../types/result.ts';
import type { Analysis } from './analysis.ts';
import { type Call, isOk, mayWrite, nameOf, saysItWrote } from './calls.ts';
import type { DecodedOperation, DecodedWrite } from './decoder/log-objects.ts';
import { evaluate, viewAt } from './evaluate.ts';
import type { LoggedRecord } from './lines.ts';
import { createMatching } from './matching.ts';
import { isInRange } from './model.ts';
import { violation } from './violation.ts';

/**
 * Who made each record: every acknowledged change has exactly one, every record but fences and the end of leases has somebody who
 * asked for it, or is a leader's own compaction, and nobody has two.
 */
export interface Owners {
  /** By moment. Undefined: a fence, the end of a lease or a compaction that nobody asked for, or an unexplained one. */
  readonly owner: ReadonlyMap<number, Call>;
  readonly moment: ReadonlyMap<Call, number>;
  /** Moments of revocations that no client can have asked for: the leases ran out. */
  readonly expiries: ReadonlySet<number>;
  readonly violations: readonly Violation[];
  readonly unknownsApplied: number;
  readonly unknownsNotApplied: number;
}

const owned = new WeakMap<Analysis, Owners>();

export function ownersOf(analysis: Analysis): Owners {
  let owners = owned.get(analysis);
  if (owners === undefined) {
    owners = findOwners(analysis);
    owned.set(analysis, owners);
  }
  return owners;
}

interface Search {
  readonly analysis: Analysis;
  readonly owner: Map<number, Call>;
  readonly moment: Map<Call, number>;
  readonly expiries: Set<number>;
  readonly violations: Violation[];
}

function findOwners(analysis: Analysis): Owners {
  const search: Search = { analysis, owner: new Map(), moment: new Map(), expiries: new Set(), violations: [] };
  ownRevisions(search);
  explainWrites(search);
  ownOthers(search);
  const unknowns = analysis.calls.filter(
    ({ outcome, request }) => outcome.kind === 'unknown' && mayChange(request.kind),
  );
  const applied = unknowns.filter((call) => search.moment.has(call)).length;
  return { ...search, unknownsApplied: applied, unknownsNotApplied: unknowns.length - applied };
}

function mayChange(kind: string): boolean {
  return ['put', 'delete-range', 'txn', 'compact', 'lease-grant', 'lease-revoke'].includes(kind);
}

function own(search: Search, moment: number, call: Call): void {
  search.owner.set(moment, call);
  search.moment.set(call, moment);
}

/** An answer with a revision of its own says which record is its. What that record holds is judged with the answer. */
function ownRevisions(search: Search): void {
  const { analysis, violations } = search;
  const { model } = analysis.log;
  for (const call of analysis.calls) {
    if (!isOk(call) || !saysItWrote(call.outcome.response)) continue;
    const { revision, term } = call.outcome.header;
    const moment = model.momentOf[revision];
    if (moment === undefined || analysis.lossOf(call.returnedMs, revision, term) !== undefined) continue;
    const rival = search.owner.get(moment);
    if (rival === undefined) {
      own(search, moment, call);
      continue;
    }
    violations.push(
      violation(
        'revisions',
        `${nameOf(rival)} and ${nameOf(call)} were both told that they wrote revision ${revision}`,
        {
          atMs: call.returnedMs,
          operations: [rival.operation, call.operation],
          revisions: [revision],
        },
      ),
    );
  }
}

/** Each write that no answer claims was asked for by a call whose outcome is not known. */
function explainWrites(search: Search): void {
  const { analysis, violations } = search;
  const { log } = analysis;
  const unknowns = createKeyIndex(
    analysis.calls.filter((call) => call.outcome.kind === 'unknown' && mayWrite(call.request)),
  );
  const open: number[] = [];
  log.records.forEach(({ record }, index) => {
    if (record.kind === 'write' && !search.owner.has(index + 1)) open.push(index + 1);
  });
  const candidates = new Map<number, readonly Call[]>();
  for (const moment of open) {
    const logged = log.records[moment - 1]!;
    const record = logged.record as DecodedWrite;
    candidates.set(
      moment,
      unknowns
        .touching(record.operations[0]!.key)
        .filter((call) => mayHaveMade(analysis, call, moment, logged, record)),
    );
  }
  const matching = createMatching<number, Call>(
    (moment) => candidates.get(moment)!,
    () => [],
  );
  for (const moment of open) {
    if (!matching.pairEffect(moment)) violations.push(unexplained(search, moment, candidates.get(moment)!));
  }
  for (const moment of open) {
    const call = matching.causeOf(moment);
    if (call !== undefined) own(search, moment, call);
  }
}

function mayHaveMade(
  analysis: Analysis,
  call: Call,
  moment: number,
  logged: LoggedRecord,
  record: DecodedWrite,
): boolean {
  if (moment <= analysis.momentBefore(call)) return false;
  if (call.invokedMs > logged.durableAtMs) return false;
  return makes(analysis, call, moment, record.operations);
}

/** Evaluated just before that record, the request comes to exactly that. */
export function makes(
  analysis: Analysis,
  call: Call,
  moment: number,
  operations: readonly DecodedOperation[],
): boolean {
  const { request } = call;
  if (request.kind !== 'put' && request.kind !== 'delete-range' && request.kind !== 'txn') return false;
  const { model } = analysis.log;
  const evaluated = evaluate(model, request, viewAt(model, moment - 1));
  return evaluated.errors.size === 0 && sameOperations(evaluated.operations, operations);
}

export function sameOperations(left: readonly DecodedOperation[], right: readonly DecodedOperation[]): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index++) {
    const one = left[index]!;
    const other = right[index]!;
    if (one.kind !== other.kind || one.key !== other.key) return false;
    if (one.kind !== 'put' || other.kind !== 'put') continue;
    if (one.value !== other.value || one.lease !== other.lease) return false;
    if (one.createRevision !== other.createRevision || one.version !== other.version) return false;
  }
  return true;
}

function unexplained(search: Search, moment: number, candidates: readonly Call[]): Violation {
  const { analysis } = search;
  const logged = analysis.log.records[moment - 1]!;
  const record = logged.record as DecodedWrite;
  const { revision, operations } = record;
  const writers = analysis.calls.filter((call) => mayWrite(call.request));
  const isNamed = (call: Call) => asks(call, operations);
  const twice = candidates[0] ?? writers.find((call) => call.outcome.kind !== 'error' && isNamed(call));
  const refused = writers.find((call) => call.outcome.kind === 'error' && isNamed(call));
  const what = `revision ${revision} (${operations.map(({ kind, key }) => `${kind} ${JSON.stringify(key)}`).join(', ')})`;
  const details = { atMs: logged.durableAtMs, revisions: [revision] };
  if (twice !== undefined) {
    const first = search.moment.get(twice);
    const before = first === undefined ? '' : ` after revision ${analysis.log.model.revisionAt[first]!}`;
    return violation(
      'exactly once',
      `${nameOf(twice)} took effect more than once: ${what} is in the log too${before}`,
      {
        ...details,
        operations: [twice.operation],
      },
    );
  }
  if (refused !== undefined && refused.outcome.kind === 'error') {
    return violation(
      'exactly once',
      `${nameOf(refused)} was refused (${refused.outcome.message}), which promises that nothing happened, but ${what} is in the log`,
      { ...details, operations: [refused.operation] },
    );
  }
  return violation('exactly once', `${what} is in the log, and nobody asked for it`, details);
}

/** The request asks for what the record holds, whatever the state was. */
function asks(call: Call, operations: readonly DecodedOperation[]): boolean {
  return operations.every((operation) => asksFor(call.request, operation));
}

function asksFor(request: Call['request'], operation: DecodedOperation): boolean {
  switch (request.kind) {
    case 'put':
      return operation.kind === 'put' && operation.key === request.key && operation.value === (request.value ?? '');
    case 'delete-range':
      return operation.kind === 'delete' && isInRange(operation.key, request);
    case 'txn':
      return [...(request.success ?? []), ...(request.failure ?? [])].some((inner) => asksFor(inner, operation));
    default:
      return false;
  }
}

/** Calls by the keys that they may write. */
function createKeyIndex(calls: readonly Call[]): { touching(key: string): readonly Call[] } {
  const byKey = new Map<string, Call[]>();
  const ranged: Call[] = [];
  for (const call of calls) {
    const keys = new Set<string>();
    if (!collectKeys(call.request, keys)) ranged.push(call);
    for (const key of keys) {
      const known = byKey.get(key);
      if (known === undefined) byKey.set(key, [call]);
      else known.push(call);
    }
  }
  return { touching: (key) => [...(byKey.get(key) ?? []), ...ranged] };
}

/** False: it may write more keys than can be told from the request. */
function collectKeys(request: Call['request'], keys: Set<string>): boolean {
  switch (request.kind) {
    case 'put':
      keys.add(request.key);
      return true;
    case 'delete-range':
      if (request.rangeEnd === undefined) keys.add(request.key);
      return request.rangeEnd === undefined;
    case 'txn': {
      let known = true;
      for (const inner of [...(request.success ?? []), ...(request.failure ?? [])]) {
        if (!collectKeys(inner, keys)) known = false;
      }
      return known;
    }
    default:
      return true;
  }
}

/** Compactions, grants and revocations have no revision of their own: they are paired by what they say and when they can have happened. */
function ownOthers(search: Search): void {
  const { analysis, violations } = search;
  const groups = new Map<string, { readonly moments: number[]; readonly calls: Call[] }>();
  const groupOf = (name: string) => {
    let group = groups.get(name);
    if (group === undefined) groups.set(name, (group = { moments: [], calls: [] }));
    return group;
  };
  analysis.log.records.forEach(({ record }, index) => {
    if (record.kind === 'compact') groupOf(`compact ${record.revision}`).moments.push(index + 1);
    else if (record.kind === 'lease-grant' || record.kind === 'lease-revoke') {
      groupOf(`${record.kind} ${record.lease}`).moments.push(index + 1);
    }
  });
  const anyId: Call[] = [];
  for (const call of analysis.calls) {
    const { request, outcome } = call;
    if (outcome.kind === 'error') continue;
    if (request.kind === 'compact' && request.revision > 0) groupOf(`compact ${request.revision}`).calls.push(call);
    else if (request.kind === 'lease-revoke') groupOf(`lease-revoke ${request.id}`).calls.push(call);
    else if (request.kind === 'lease-grant') {
      const id = isOk(call) && call.outcome.response.kind === 'lease-grant' ? call.outcome.response.id : request.id;
      if (id === '0') anyId.push(call);
      else groupOf(`lease-grant ${id}`).calls.push(call);
    }
  }
  for (const [name, { moments, calls }] of groups) {
    const able = name.startsWith('lease-grant')
      ? [...calls, ...anyId.filter((call) => !search.moment.has(call))]
      : calls;
    const matching = createMatching<number, Call>(
      (moment) => able.filter((call) => mayBe(analysis, call, moment)),
      (call) => moments.filter((moment) => mayBe(analysis, call, moment)),
    );
    for (const call of able) {
      if (!isOk(call) || matching.pairCause(call)) continue;
      if (analysis.lossOf(call.returnedMs, Infinity, call.outcome.header.term) !== undefined) continue;
      violations.push(
        violation(
          'durability',
          `${nameOf(call)} was acknowledged, but the log holds no such record that the call can have made`,
          {
            atMs: call.returnedMs,
            operations: [call.operation],
          },
        ),
      );
    }
    for (const moment of moments) {
      if (matching.pairEffect(moment)) own(search, moment, matching.causeOf(moment)!);
      else if (name.startsWith('lease-revoke')) search.expiries.add(moment);
      else if (isOwnCompaction(analysis, moment)) continue;
      else violations.push(unasked(analysis, moment, name));
    }
  }
}

function mayBe(analysis: Analysis, call: Call, moment: number): boolean {
  if (moment <= analysis.momentBefore(call)) return false;
  const logged = analysis.log.records[moment - 1]!;
  if (call.invokedMs > logged.durableAtMs) return false;
  return !isOk(call) || moment <= analysis.momentSeenBy(call.returnedMs);
}

/** Clocks may run so much fast that a period is over in this part of it. */
const periodShareMin = 0.9;

/** A leader's own: of a revision that was there for a whole period. Where a disk alone may have held it, since when is not known. */
function isOwnCompaction({ result, log }: Analysis, moment: number): boolean {
  const { autoCompactionMs, durability } = result.scenario.topology.settings;
  const { record, durableAtMs } = log.records[moment - 1]!;
  if (autoCompactionMs === 0 || record.kind !== 'compact') return false;
  const made = log.model.momentOf[record.revision];
  const madeAtMs = made === undefined ? 0 : (log.records[made - 1]?.durableAtMs ?? 0);
  return durability === 'local' || durableAtMs - madeAtMs >= autoCompactionMs * periodShareMin;
}

function unasked(analysis: Analysis, moment: number, name: string): Violation {
  const { durableAtMs } = analysis.log.records[moment - 1]!;
  return violation(
    'exactly once',
    `the log holds ${name} at sequence ${moment}, which nobody asked for, or not so often`,
    {
      atMs: durableAtMs,
    },
  );
}
