import type { RunResult } from '../types/result.ts';
import { authAfter, authText } from './auth-model.ts';
import { isAuthWrite } from './check-auth.ts';
import { type Call, isOk, type OkCall, type Stream, trafficOf } from './calls.ts';
import { type FinalLog, type LogBeginning, readFinalLog } from './log.ts';
import { allowedLosses, type Loss, lossOf } from './losses.ts';
import { momentOf } from './model.ts';

/** Everything that the checks at the end share, worked out once for a run. */
export interface Analysis {
  readonly result: RunResult;
  /** Of the database that is judged, with a slash behind it; empty: the root of its family. */
  readonly home: string;
  /** Of the record before the log's first one. */
  readonly sequenceBefore: number;
  readonly log: FinalLog;
  readonly calls: readonly Call[];
  readonly streams: readonly Stream[];
  readonly losses: readonly Loss[];
  /** A moment of the log that had certainly come before the call was sent: whatever had been answered or shown by then. */
  momentBefore(call: Call): number;
  /** The same as a revision. */
  revisionBefore(call: Call): number;
  /** The last moment that anything seen at that time can rest on. */
  momentSeenBy(atMs: number): number;
  /** The loss that excuses what was seen at that time and revision, said by the reign `term`. */
  lossOf(atMs: number, revision: number, term?: number): Loss | undefined;
}

const analyses = new WeakMap<RunResult, Analysis>();

export function analysisOf(result: RunResult): Analysis {
  let analysis = analyses.get(result);
  if (analysis === undefined) {
    analysis = analyse(result);
    analyses.set(result, analysis);
  }
  return analysis;
}

/** The same of a branch. `result` has its history alone; the objects are the family's. */
export function analysisOfBranch(result: RunResult, beginning: LogBeginning): Analysis {
  return analyse(result, beginning);
}

function analyse(result: RunResult, beginning?: LogBeginning): Analysis {
  const log = readFinalLog(result, beginning);
  const { calls, streams } = trafficOf(result.history);
  const losses = allowedLosses(result, log);
  const floors = floorsOf(log, calls, streams, losses);
  const isObject = result.scenario.topology.settings.durability === 'object';
  return {
    result,
    home: beginning?.home ?? '',
    sequenceBefore: beginning?.sequence ?? 0,
    log,
    calls,
    streams,
    losses,
    momentBefore: (call) => floors.get(call) ?? 0,
    revisionBefore: (call) => log.model.revisionAt[floors.get(call) ?? 0]!,
    momentSeenBy: (atMs) => (isObject && atMs !== Infinity ? log.durableMomentAt(atMs) : momentOf(log.model)),
    lossOf: (atMs, revision, term) => lossOf(losses, atMs, revision, term),
  };
}

/**
 * A moment that had certainly come when a change of users or roles was answered: that of the only record that can have been its own, where
 * nothing before it was as the change would have it. 0: it cannot be told.
 */
function momentOfChange({ model, records }: FinalLog, { request, returnedMs }: OkCall): number {
  if (!isAuthWrite(request)) return 0;
  let found = 0;
  for (let moment = 0; moment < records.length; moment++) {
    const auth = model.authAt[moment]!;
    const after = authAfter(auth, request);
    if (after === auth && found === 0) return 0;
    if (records[moment]!.record.kind !== 'auth' || typeof after === 'string') continue;
    if (authText(after) !== authText(model.authAt[moment + 1]!)) continue;
    if (found > 0) return 0;
    found = moment + 1;
  }
  return found > 0 && records[found - 1]!.durableAtMs <= returnedMs ? found : 0;
}

/** One sweep over real time: what each call could know of when it was sent. */
function floorsOf(
  log: FinalLog,
  calls: readonly Call[],
  streams: readonly Stream[],
  losses: readonly Loss[],
): ReadonlyMap<Call, number> {
  const compactions = new Map<number, number>();
  log.records.forEach(({ record }, index) => {
    if (record.kind === 'compact') compactions.set(record.revision, index + 1);
  });

  function momentOfRevision(revision: number, atMs: number, term?: number): number {
    if (lossOf(losses, atMs, revision, term) !== undefined) return 0;
    return log.model.momentOf[revision] ?? 0;
  }

  /** What was answered before a loss cannot rest on a record behind it: a later reign made the same once more. */
  function unlessLost({ outcome, returnedMs }: OkCall, moment: number): number {
    const { term } = outcome.header;
    const isLater = losses.some((loss) => (returnedMs <= loss.atMs || term < loss.epoch) && moment > loss.moment);
    return isLater ? 0 : moment;
  }

  function momentOfAnswer(call: OkCall): number {
    const { request, outcome, returnedMs } = call;
    const byRevision = momentOfRevision(outcome.header.revision, returnedMs, outcome.header.term);
    if (request.kind === 'compact')
      return Math.max(byRevision, unlessLost(call, compactions.get(request.revision) ?? 0));
    if (isAuthWrite(request)) return Math.max(byRevision, unlessLost(call, momentOfChange(log, call)));
    if (outcome.response.kind !== 'lease-grant' && request.kind !== 'lease-revoke') return byRevision;
    const lease = outcome.response.kind === 'lease-grant' ? outcome.response.id : (request as { id: string }).id;
    const lives = log.model.leases.get(lease);
    if (lives?.length !== 1) return byRevision;
    const { grantedAt, revokedAt } = lives[0]!;
    const moment = request.kind === 'lease-revoke' ? (revokedAt === Infinity ? 0 : revokedAt) : grantedAt;
    return Math.max(byRevision, unlessLost(call, moment));
  }

  const steps: { readonly at: number; readonly atMs: number; readonly call?: Call; readonly moment: number }[] = [];
  for (const call of calls) {
    steps.push({ at: call.invokedAt, atMs: call.invokedMs, call, moment: 0 });
    if (isOk(call)) steps.push({ at: call.returnedAt, atMs: call.returnedMs, moment: momentOfAnswer(call) });
  }
  for (const { responses, openedMs } of streams) {
    for (const { response, at, atMs } of responses) {
      const revision = response.events.at(-1)?.kv.modRevision ?? response.revision ?? 0;
      steps.push({ at, atMs, moment: momentOfRevision(Math.max(revision, response.revision ?? 0), openedMs) });
    }
  }
  steps.sort((left, right) => left.at - right.at);
  const floors = new Map<Call, number>();
  let floor = 0;
  let lossIndex = 0;
  for (const { atMs, call, moment } of steps) {
    while (lossIndex < losses.length && losses[lossIndex]!.atMs < atMs) {
      floor = Math.min(floor, losses[lossIndex]!.moment);
      lossIndex += 1;
    }
    if (call !== undefined) floors.set(call, floor);
    else if (moment > floor) floor = moment;
  }
  return floors;
}
