import type { Violation } from '../types/result.ts';
import type { Analysis } from './analysis.ts';
import { lossAfterReign } from './losses.ts';
import { type Call, isOk, isSerializable, nameOf, type OkCall, saysItWrote } from './calls.ts';
import { authAfter, authErrorWords } from './auth-model.ts';
import { authAnswerHolds, authErrorAt, isAuthOrAlarm, isAuthWrite, refusedAt } from './check-auth.ts';
import { differenceOf } from './compare.ts';
import { type DataRequest, type DataResponse, errorWords, evaluate, type View, viewAt } from './evaluate.ts';
import { finalRevision } from './log.ts';
import { attachedKeys, leaseAt, type Model, rangeAt } from './model.ts';
import { sameOperations } from './owners.ts';
import { staticErrors, staticErrorWords } from './static-errors.ts';
import { type Guarantee, violation } from './violation.ts';

/** Every answer against the model at the moment that it names, or, where it names none, at some moment between call and answer. */
export interface AnswerCounts {
  writes: number;
  reads: number;
  historicReads: number;
  serializableReads: number;
  failedCompares: number;
  compactedReadsRefused: number;
  stateErrors: number;
  leaseAnswers: number;
  unavailable: number;
  excused: number;
  /** Reads that could have been stale: somebody else's write had been answered before. */
  readsAfterWrites: number;
  /** By a line that goes on after a rollback. */
  afterRollback: number;
  /** Of users, roles and alarms. */
  authAnswers: number;
  /** Answers to callers who had to be allowed to ask. */
  allowed: number;
  /** Who was not allowed to, or an alarm was on. */
  refused: number;
}

export function answerCountsNone(): AnswerCounts {
  return {
    writes: 0,
    reads: 0,
    historicReads: 0,
    serializableReads: 0,
    failedCompares: 0,
    compactedReadsRefused: 0,
    stateErrors: 0,
    leaseAnswers: 0,
    unavailable: 0,
    excused: 0,
    readsAfterWrites: 0,
    afterRollback: 0,
    authAnswers: 0,
    allowed: 0,
    refused: 0,
  };
}

export function checkAnswers(analysis: Analysis, counts: AnswerCounts): readonly Violation[] {
  const violations: Violation[] = [];
  for (const call of analysis.calls) {
    const found = isOk(call) ? checkOk(analysis, call, counts) : checkError(analysis, call, counts);
    if (found !== undefined) violations.push(found);
  }
  return violations;
}

function isData(call: Call): boolean {
  const { kind } = call.request;
  return kind === 'range' || kind === 'put' || kind === 'delete-range' || kind === 'txn';
}

function fail(guarantee: Guarantee, call: Call, words: string, revision?: number): Violation {
  return violation(guarantee, `${nameOf(call)} ${words}`, {
    atMs: Number.isFinite(call.returnedMs) ? call.returnedMs : call.invokedMs,
    operations: [call.operation],
    revisions: revision === undefined ? [] : [revision],
  });
}

function checkOk(analysis: Analysis, call: OkCall, counts: AnswerCounts): Violation | undefined {
  const { revision, term } = call.outcome.header;
  const { log } = analysis;
  if (analysis.lossOf(call.returnedMs, revision, term) !== undefined) {
    counts.excused += 1;
    return undefined;
  }
  const wrote = saysItWrote(call.outcome.response);
  if (revision > finalRevision(log)) {
    const what = wrote ? 'was acknowledged as' : 'was answered at';
    return fail(
      'durability',
      call,
      `${what} revision ${revision}, but the log ends at ${finalRevision(log)}`,
      revision,
    );
  }
  if (revision > log.model.revisionAt[analysis.momentSeenBy(call.returnedMs)]!) {
    return fail('durability', call, `was answered at revision ${revision} before that was durable`, revision);
  }
  const left = log.rollbacks.find(({ namedMs, epoch }) => call.invokedMs > namedMs && term <= epoch);
  if (left !== undefined && !isSerializable(call.request)) {
    const words = `was answered in term ${term}, of a line that had been left for ${left.home} before it was sent`;
    return fail(wrote ? 'durability' : 'linearizability', call, words, revision);
  }
  if (log.rollbacks.some(({ epoch }) => term > epoch)) counts.afterRollback += 1;
  const known = analysis.revisionBefore(call);
  if (wrote && revision <= known) {
    return fail(
      'linearizability',
      call,
      `is told that it wrote revision ${revision}, but ${known} had been told before it was sent`,
      revision,
    );
  }
  if (!isSerializable(call.request) && revision < known) {
    return fail(
      'linearizability',
      call,
      `was answered at revision ${revision}, but ${known} had been told before it was sent`,
      revision,
    );
  }
  if (isData(call)) {
    const found = wrote ? checkWrite(analysis, call, counts) : checkRead(analysis, call, counts, known);
    return found ?? checkAllowed(analysis, call, counts, wrote);
  }
  const found = isAuthOrAlarm(call.request) ? checkAuth(analysis, call, counts) : checkLease(analysis, call, counts);
  return found ?? checkAllowed(analysis, call, counts, false);
}

function checkWrite(analysis: Analysis, call: OkCall, counts: AnswerCounts): Violation | undefined {
  const { header } = call.outcome;
  const { revision } = header;
  const { model, records } = analysis.log;
  const moment = model.momentOf[revision]!;
  const logged = records[moment - 1]!;
  counts.writes += 1;
  if (logged.record.kind !== 'write') {
    return fail('durability', call, `was acknowledged as revision ${revision}, where the log holds no write`, revision);
  }
  const request = call.request as DataRequest;
  const due = evaluate(model, request, viewAt(model, moment - 1));
  if (due.errors.size > 0) {
    return fail('linearizability', call, `succeeded, where "${[...due.errors][0]!}" is due`, revision);
  }
  const held = logged.record.operations;
  if (!sameOperations(due.operations, held)) {
    const isAnothers = !held.some(({ key }) => due.operations.some((operation) => operation.key === key));
    const words = isAnothers ? 'holds something else there' : 'holds another effect there than the request has';
    return fail(
      isAnothers ? 'durability' : 'linearizability',
      call,
      `was acknowledged as revision ${revision}, but the log ${words}`,
      revision,
    );
  }
  const difference = differ(model, request, call, due.response, viewAt(model, moment - 1));
  if (difference !== undefined)
    return fail('linearizability', call, `wrote revision ${revision}; ${difference}`, revision);
  if (header.term !== logged.epoch) {
    return fail(
      'one live epoch',
      call,
      `was acknowledged in term ${header.term}, but its record is epoch ${logged.epoch}'s`,
      revision,
    );
  }
  return undefined;
}

function differ(model: Model, request: DataRequest, call: OkCall, due: DataResponse, view: View): string | undefined {
  return differenceOf(request, call.outcome.response as DataResponse, due, (range) => {
    const asked = range.revision ?? 0;
    return rangeAt(model, range, asked > 0 ? asked : view.revision);
  });
}

function checkRead(analysis: Analysis, call: OkCall, counts: AnswerCounts, known: number): Violation | undefined {
  const { revision } = call.outcome.header;
  const { model } = analysis.log;
  const request = call.request as DataRequest;
  const serializable = isSerializable(request);
  const moment = model.momentOf[revision]!;
  // A compaction that had been told before has to be respected; a later one may be.
  const before = serializable ? moment : Math.max(moment, analysis.momentBefore(call));
  const view: View = { revision, moment: before, compactRevision: serializable ? 0 : model.compactRevisionAt[before]! };
  countRead(call, counts, known);
  const due = evaluate(model, request, view);
  const errors = [...due.errors].filter((words) => words !== errorWords.leaseNotFound);
  if (errors.length > 0) return fail('linearizability', call, `succeeded, where "${errors[0]!}" is due`, revision);
  if (due.operations.length > 0) {
    return fail(
      'linearizability',
      call,
      `was answered at revision ${revision} as if there were nothing to write`,
      revision,
    );
  }
  const difference = differ(model, request, call, due.response, view);
  return difference === undefined
    ? undefined
    : fail('linearizability', call, `was answered at revision ${revision}: ${difference}`, revision);
}

/** Nobody may do what was refused at the moment at which it was done; a write's is the one before its record. */
function checkAllowed(analysis: Analysis, call: OkCall, counts: AnswerCounts, wrote: boolean): Violation | undefined {
  const { log, losses } = analysis;
  const { model } = log;
  const { revision, term } = call.outcome.header;
  if (call.request.caller === undefined && !model.hadAlarms) return undefined;
  if (lossAfterReign(losses, log.fences, term) !== undefined) return undefined;
  if (call.request.caller !== undefined) counts.allowed += 1;
  if (wrote) {
    const refused = refusedAt(model, model.momentOf[revision]! - 1, call.request);
    return refused === undefined
      ? undefined
      : fail('authorization', call, `was done, where "${refused}" is due`, revision);
  }
  if (call.request.kind === 'lease-revoke') return checkRevokeAllowed(analysis, call, call.request.id);
  const isRead = isData(call);
  const isRight = heldAtSome(
    analysis,
    call,
    (moment) =>
      (!isRead || model.revisionAt[moment] === revision) && refusedAt(model, moment, call.request) === undefined,
  );
  return isRight
    ? undefined
    : fail('authorization', call, 'was answered, but was allowed at no moment of the call', revision);
}

/** Afterwards the lease holds no keys that could be against it. */
function checkRevokeAllowed(analysis: Analysis, call: OkCall, lease: string): Violation | undefined {
  const { model } = analysis.log;
  const { first, last } = momentsOf(analysis, call);
  const ends = (model.leases.get(lease) ?? [])
    .map(({ revokedAt }) => revokedAt)
    .filter((moment) => moment > first && moment <= last);
  if (ends.length === 0) return undefined;
  if (ends.some((moment) => refusedAt(model, moment - 1, call.request) === undefined)) return undefined;
  return fail('authorization', call, 'was done, but was allowed at no moment at which the lease ended');
}

function checkAuth(analysis: Analysis, call: OkCall, counts: AnswerCounts): Violation | undefined {
  const { log, losses } = analysis;
  const { response, header } = call.outcome;
  if (response.kind !== call.request.kind)
    return fail('linearizability', call, `got an answer of kind ${response.kind}`);
  if (lossAfterReign(losses, log.fences, header.term) !== undefined) {
    counts.excused += 1;
    return undefined;
  }
  counts.authAnswers += 1;
  const { last } = momentsOf(analysis, call);
  // The record that answers a change is the one after the moment at which it was evaluated.
  const isRight = heldAtSome(
    analysis,
    call,
    (moment) =>
      (moment < last ||
        !isAuthWrite(call.request) ||
        response.kind === 'alarm' ||
        isNoChange(log.model, moment, call)) &&
      authAnswerHolds(log.model, moment, call, response),
  );
  if (isRight) return undefined;
  const isChange = isAuthWrite(call.request);
  return isChange
    ? fail('durability', call, 'was acknowledged, but by then the log held nothing of it')
    : fail('linearizability', call, 'is told what was so at no moment of the call');
}

function isNoChange(model: Model, moment: number, { request }: Call): boolean {
  return isAuthWrite(request) && authAfter(model.authAt[moment]!, request) === model.authAt[moment];
}

function countRead({ request, outcome }: OkCall, counts: AnswerCounts, known: number): void {
  counts.reads += 1;
  if (isSerializable(request)) counts.serializableReads += 1;
  else if (known > 1) counts.readsAfterWrites += 1;
  if (request.kind === 'range' && (request.revision ?? 0) > 0) counts.historicReads += 1;
  if (outcome.response.kind === 'txn' && !outcome.response.succeeded) counts.failedCompares += 1;
}

/** The first moment from which on the answer can have been given, and the last. */
function momentsOf(analysis: Analysis, call: Call): { readonly first: number; readonly last: number } {
  const first = isSerializable(call.request) ? 0 : analysis.momentBefore(call);
  return { first, last: Math.max(first, analysis.momentSeenBy(call.returnedMs)) };
}

function heldAtSome(analysis: Analysis, call: Call, holds: (moment: number) => boolean): boolean {
  const { first, last } = momentsOf(analysis, call);
  for (let moment = first; moment <= last; moment++) if (holds(moment)) return true;
  return false;
}

function checkLease(analysis: Analysis, call: OkCall, counts: AnswerCounts): Violation | undefined {
  const { request, outcome } = call;
  const { response } = outcome;
  if (response.kind !== request.kind) return fail('linearizability', call, `got an answer of kind ${response.kind}`);
  counts.leaseAnswers += 1;
  const found = checkLeaseAnswer(analysis, call);
  if (found === undefined || response.kind === 'lease-grant') return found;
  // A grant and the end of a lease without keys take no revision: that of the answer does not tell what was lost of them.
  if (lossAfterReign(analysis.losses, analysis.log.fences, outcome.header.term) === undefined) return found;
  counts.excused += 1;
  return undefined;
}

function checkLeaseAnswer(analysis: Analysis, call: OkCall): Violation | undefined {
  const { model } = analysis.log;
  const { request } = call;
  const { response } = call.outcome;
  switch (response.kind) {
    case 'lease-grant': {
      const due = Math.max(2, (request as { readonly ttlSeconds: number }).ttlSeconds);
      if (response.ttlSeconds !== due)
        return fail('linearizability', call, `got ${response.ttlSeconds} s, due are ${due} s`);
      const asked = (request as { readonly id: string }).id;
      if (asked !== '0' && asked !== response.id) return fail('linearizability', call, `got lease ${response.id}`);
      return undefined;
    }
    case 'lease-keep-alive': {
      // That a lease is over may be told before its end is durable; whether too early is judged with the leases.
      if (response.ttlSeconds === 0) return undefined;
      const isRight = heldAtSome(
        analysis,
        call,
        (moment) => leaseAt(model, response.id, moment)?.ttlSeconds === response.ttlSeconds,
      );
      return isRight
        ? undefined
        : fail('linearizability', call, `was renewed for ${response.ttlSeconds} s, but there was no such lease`);
    }
    case 'lease-time-to-live': {
      const wantsKeys = request.kind === 'lease-time-to-live' && request.keys === true;
      const isRight = heldAtSome(analysis, call, (moment) => {
        const life = leaseAt(model, response.id, moment);
        if (life === undefined) return response.ttlSeconds === -1 && response.keys.length === 0;
        if (response.ttlSeconds < 0 || response.ttlSeconds > life.ttlSeconds) return false;
        if (response.grantedTtlSeconds !== life.ttlSeconds) return false;
        const keys = wantsKeys ? attachedKeys(model, response.id, model.revisionAt[moment]!) : [];
        return keys.join('\n') === [...response.keys].sort().join('\n');
      });
      const told = `${response.ttlSeconds} s of ${response.grantedTtlSeconds} s, keys ${response.keys.join(', ') || 'none'}`;
      return isRight
        ? undefined
        : fail('linearizability', call, `is told ${told}, which was so at no moment of the call`);
    }
    case 'lease-leases': {
      const told = [...response.ids].sort().join();
      const isRight = heldAtSome(analysis, call, (moment) => {
        const alive: string[] = [];
        for (const lease of model.leases.keys()) if (leaseAt(model, lease, moment) !== undefined) alive.push(lease);
        return alive.sort().join() === told;
      });
      return isRight
        ? undefined
        : fail('linearizability', call, `is told leases ${told || 'none'}, which was so at no moment of the call`);
    }
    default:
      return undefined;
  }
}

const stateErrorWords: ReadonlySet<string> = new Set(Object.values(errorWords));

function checkError(analysis: Analysis, call: Call, counts: AnswerCounts): Violation | undefined {
  if (call.outcome.kind !== 'error') return undefined;
  const { message } = call.outcome;
  if (!stateErrorWords.has(message) && !staticErrorWords.has(message) && !authErrorWords.has(message)) {
    counts.unavailable += 1;
    return undefined;
  }
  if (staticErrors(call.request, 'possible').includes(message)) return undefined;
  counts.stateErrors += 1;
  if (message === errorWords.compacted) counts.compactedReadsRefused += 1;
  if (analysis.lossOf(call.invokedMs, Infinity) !== undefined) return undefined;
  const { model } = analysis.log;
  if (authErrorWords.has(message)) {
    counts.refused += 1;
    const isDue = heldAtSome(
      analysis,
      call,
      (moment) =>
        refusedAt(model, moment, call.request) === message || authErrorAt(model, moment, call.request) === message,
    );
    return isDue
      ? undefined
      : fail('authorization', call, `was refused with "${message}", which was due at no moment of the call`);
  }
  const isRight = heldAtSome(analysis, call, (moment) => errorsAt(model, call, moment).has(message));
  return isRight
    ? undefined
    : fail('errors', call, `was refused with "${message}", which was so at no moment of the call`);
}

function errorsAt(model: Model, call: Call, moment: number): ReadonlySet<string> {
  const { request } = call;
  const revision = model.revisionAt[moment]!;
  const compactRevision = model.compactRevisionAt[moment]!;
  switch (request.kind) {
    case 'range':
    case 'put':
    case 'delete-range':
    case 'txn':
      return evaluate(model, request, viewAt(model, moment)).errors;
    case 'compact':
      if (request.revision > revision) return new Set([errorWords.future]);
      return new Set(request.revision <= (compactRevision === 0 ? -1 : compactRevision) ? [errorWords.compacted] : []);
    case 'lease-grant':
      return new Set(leaseAt(model, request.id, moment) === undefined ? [] : [errorWords.leaseExists]);
    case 'lease-revoke':
      return new Set(leaseAt(model, request.id, moment) === undefined ? [errorWords.leaseNotFound] : []);
    default:
      return new Set();
  }
}
