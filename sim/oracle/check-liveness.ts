import type { Violation } from '../types/result.ts';
import type { Analysis } from './analysis.ts';
import { authErrorWords } from './auth-model.ts';
import { type Call, isOk, mayWrite, nameOf, type Stream } from './calls.ts';
import { matches } from './check-watch.ts';
import { errorWords } from './evaluate.ts';
import { convergenceMs, isRestoredLate, promisedUnder, quietFrom } from './promises.ts';
import { staticErrorWords } from './static-errors.ts';
import { violation } from './violation.ts';

/**
 * When nothing befalls a part of the nodes any more that can go on without the rest, it has a leader within a bound: what is asked of it is
 * answered, and its watchers come up to the newest revision. Judged only where every fault promises to leave nothing broken behind.
 */
export interface LivenessCounts {
  writesAnswered: number;
  readsAnswered: number;
  watchesCaughtUp: number;
  notJudged: number;
}

export function checkLiveness(analysis: Analysis, counts: LivenessCounts): readonly Violation[] {
  const { result } = analysis;
  const { scenario } = result;
  const quiet = quietFrom(scenario);
  if (quiet === undefined || promisedUnder(scenario) !== 'masked' || isRestoredLate(result, quiet.atMs)) {
    counts.notJudged += 1;
    return [];
  }
  const fromMs = quiet.atMs + convergenceMs(scenario);
  return [
    ...checkProbes(analysis, counts),
    ...checkCalls(analysis, quiet.nodes, fromMs, counts),
    ...checkStreams(analysis, quiet.nodes, fromMs, counts),
  ];
}

/** Answers that tell of the state, or of the request: whether they are right is judged elsewhere. */
const answeringWords: ReadonlySet<string> = new Set([
  ...Object.values(errorWords),
  ...staticErrorWords,
  ...authErrorWords,
]);

/** A probe asks until it is answered: it has to be, by the time that convergence and a call which got lost in it may take. */
function checkProbes(analysis: Analysis, counts: LivenessCounts): readonly Violation[] {
  const { scenario } = analysis.result;
  const { client, endMs } = scenario.knobs;
  const violations: Violation[] = [];
  for (const { id, atMs, action } of scenario.operations) {
    if (action.kind !== 'probe') continue;
    const dueMs = atMs + convergenceMs(scenario) + 3 * client.timeoutMs;
    if (dueMs > Math.min(endMs, atMs + action.forMs) || action.nodes.length === 0) continue;
    const answered = analysis.calls.filter((call) => call.operation === id && isOk(call) && call.returnedMs <= dueMs);
    const wrote = answered.some(({ request }) => request.kind === 'put');
    const read = answered.some(({ request }) => request.kind === 'range');
    if (wrote) counts.writesAnswered += 1;
    if (read) counts.readsAnswered += 1;
    if (wrote && read) continue;
    const nodes = action.nodes.length === 1 ? `node ${action.nodes[0]!}` : `none of nodes ${action.nodes.join(', ')}`;
    const what = wrote ? 'read what had been written' : 'took a write';
    const words =
      action.nodes.length === 1
        ? `${nodes} has not ${what === 'took a write' ? 'taken a write' : what}`
        : `${nodes} ${what}`;
    violations.push(
      violation('liveness', `${words} within ${Math.round(dueMs - atMs)} ms, although nothing befalls them any more`, {
        atMs: dueMs,
        operations: [id],
      }),
    );
  }
  return violations;
}

function checkCalls(
  analysis: Analysis,
  quiet: ReadonlySet<number>,
  fromMs: number,
  counts: LivenessCounts,
): readonly Violation[] {
  const { client, endMs } = analysis.result.scenario.knobs;
  const last = new Map<string, Call>();
  for (const call of analysis.calls) last.set(call.operation, call);
  const violations: Violation[] = [];
  for (const call of last.values()) {
    if (call.invokedMs < fromMs || !quiet.has(call.node) || call.invokedMs + client.timeoutMs > endMs) continue;
    if (isOk(call)) {
      if (mayWrite(call.request)) counts.writesAnswered += 1;
      else counts.readsAnswered += 1;
      continue;
    }
    const { outcome } = call;
    if (outcome.kind === 'error' && answeringWords.has(outcome.message)) continue;
    if (outcome.kind === 'ok') continue;
    if (outcome.kind === 'error' && outcome.message === noLeaderWords && couldNotAskTheLeader(analysis, call)) continue;
    const end = outcome.kind === 'error' ? `was refused (${outcome.message})` : `was not answered (${outcome.reason})`;
    violations.push(
      violation(
        'liveness',
        `${nameOf(call)} to node ${call.node} ${end}, although nothing has befallen that node for ${Math.round(call.invokedMs - fromMs + convergenceMs(analysis.result.scenario))} ms`,
        {
          atMs: call.returnedMs === Infinity ? endMs : call.returnedMs,
          operations: [call.operation],
        },
      ),
    );
  }
  return violations;
}

const noLeaderWords = 'etcdserver: no leader';

/** A standby does not pass requests on: a client that asks fewer nodes than there are may never come to the one that leads. */
function couldNotAskTheLeader({ result }: Analysis, { node, returnedMs }: Call): boolean {
  const { knobs, topology } = result.scenario;
  if (knobs.client.attemptsMax >= topology.nodes.length) return false;
  const leaders = new Set<number>();
  for (const event of result.history) {
    if (event.atMs > returnedMs) break;
    if (event.kind === 'node-role' && event.role === 'leader') leaders.add(event.node);
    else if (event.kind === 'node-role' || event.kind === 'node-crash' || event.kind === 'node-stopped') {
      leaders.delete(event.node);
    }
  }
  return !leaders.has(node) && leaders.size > 0;
}

function checkStreams(
  analysis: Analysis,
  quiet: ReadonlySet<number>,
  fromMs: number,
  counts: LivenessCounts,
): readonly Violation[] {
  const { scenario } = analysis.result;
  const { endMs } = scenario.knobs;
  const violations: Violation[] = [];
  for (const stream of analysis.streams) {
    if (!quiet.has(stream.node) || isSlow(analysis, stream)) continue;
    if (stream.ended !== undefined && stream.ended.reason !== 'closed') continue;
    const settledMs = (stream.ended?.atMs ?? endMs) - convergenceMs(scenario);
    if (settledMs < Math.max(stream.openedMs, fromMs)) continue;
    const missed = missedEvent(analysis, stream, settledMs);
    if (missed === undefined) {
      counts.watchesCaughtUp += 1;
      continue;
    }
    violations.push(
      violation(
        'liveness',
        `the watch ${stream.id} has not got revision ${missed} by its end, although nothing has befallen node ${stream.node} and its clients for long`,
        {
          atMs: endMs,
          operations: [stream.operation],
          revisions: [missed],
        },
      ),
    );
  }
  return violations;
}

function isSlow(analysis: Analysis, stream: Stream): boolean {
  const operation = analysis.result.scenario.operations.find(({ id }) => id === stream.operation);
  const action = operation?.action;
  return action !== undefined && 'consumeMs' in action && action.consumeMs > 0;
}

/** The first matching revision that was durable by then and did not come. */
function missedEvent({ log }: Analysis, stream: Stream, byMs: number): number | undefined {
  const created = stream.responses[0]?.response;
  if (created === undefined) return stream.openedMs < byMs ? (log.model.revisionAt.at(-1) ?? 1) : undefined;
  if (stream.responses.some(({ response }) => response.canceled)) return undefined;
  const start = stream.request.startRevision ?? 0;
  const lastSeen = stream.responses.reduce(
    (seen, { response }) => Math.max(seen, response.events.at(-1)?.kv.modRevision ?? 0),
    0,
  );
  const from = Math.max(lastSeen + 1, start > 0 ? start : created.revision! + 1);
  const durable = log.model.revisionAt[log.durableMomentAt(byMs)]!;
  for (let revision = from; revision <= durable; revision++) {
    if (matches(log.model, stream.request, revision).length > 0) return revision;
  }
  return undefined;
}
