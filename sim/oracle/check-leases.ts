import type { Violation } from '../types/result.ts';
import type { Analysis } from './analysis.ts';
import { type Call, isOk, nameOf } from './calls.ts';
import { type EarlyEnd, endName, type LeaseWatcher } from './lease-watcher.ts';
import { sequenceAt } from './log.ts';
import { type LeaseLife, leaseAt } from './model.ts';
import { ownersOf } from './owners.ts';
import { convergenceMs, isRestoredLate, promisedUnder, quietFrom } from './promises.ts';
import { violation } from './violation.ts';

/**
 * Leases by the world's true clock: none ends before its time since it was last granted or renewed, as its client knows it, counted on a
 * leader's clock that may be fast; none lives on much longer than that when all is well.
 */
export interface LeaseCounts {
  granted: number;
  renewed: number;
  expired: number;
  revoked: number;
  expiredWithKeys: number;
  expiredInLaterReign: number;
  judgedLate: number;
}

/** The fastest clock that the protocol allows for, against true time. */
const clockRateMax = 1.2;
/** What expiry may take beyond the time to live: the leader looks twice a second, then the record has to become durable. */
const expiryCheckMs = 2_000;

export function checkLeases(
  analysis: Analysis,
  { early, restartedMs }: Pick<LeaseWatcher, 'early' | 'restartedMs'>,
  counts: LeaseCounts,
): readonly Violation[] {
  const touches = touchesOf(analysis, counts);
  return [
    ...earlyByOwnClock(analysis, early),
    ...earlyByTrueTime(analysis, touches, counts),
    ...toldGoneEarly(analysis, touches),
    ...lateOnes(analysis, touches, restartedMs(analysis.result.scenario.topology.settings.leaseMs), counts),
  ];
}

/** Calls that granted or renewed each lease, or may have. */
function touchesOf(analysis: Analysis, counts: LeaseCounts): ReadonlyMap<string, readonly Call[]> {
  const touches = new Map<string, Call[]>();
  for (const call of analysis.calls) {
    const { request, outcome } = call;
    if (request.kind !== 'lease-grant' && request.kind !== 'lease-keep-alive') continue;
    if (outcome.kind === 'error') continue;
    const response = isOk(call) ? call.outcome.response : undefined;
    if (response?.kind === 'lease-keep-alive' && response.ttlSeconds === 0) continue;
    if (response?.kind === 'lease-keep-alive') counts.renewed += 1;
    if (response?.kind === 'lease-grant') counts.granted += 1;
    const lease = response?.kind === 'lease-grant' ? response.id : request.id;
    const known = touches.get(lease);
    if (known === undefined) touches.set(lease, [call]);
    else known.push(call);
  }
  return touches;
}

/** A client that asked, or may have asked, ends a lease whenever it likes. */
function mayBeAskedFor(analysis: Analysis, moment: number, lease: string): boolean {
  if (!ownersOf(analysis).expiries.has(moment)) return true;
  return analysis.calls.some(
    ({ request, outcome }) => request.kind === 'lease-revoke' && request.id === lease && outcome.kind === 'unknown',
  );
}

function earlyByOwnClock(analysis: Analysis, early: ReadonlyMap<string, EarlyEnd>): readonly Violation[] {
  const violations: Violation[] = [];
  if (early.size === 0) return violations;
  analysis.log.records.forEach(({ record, epoch, durableAtMs }, index) => {
    if (record.kind !== 'lease-revoke') return;
    const end = early.get(endName(epoch, sequenceAt(analysis.log, index + 1)));
    if (end === undefined || mayBeAskedFor(analysis, index + 1, record.lease)) return;
    const since = end.since === 'renewal' ? 'it was last granted or renewed' : 'its reign began';
    violations.push(
      violation(
        'lease never early',
        `lease ${end.lease} of ${end.ttlSeconds} s was ended by node ${end.node} ${Math.round(end.afterMs)} ms after ${since}, by the node's own clock`,
        { atMs: durableAtMs, revisions: record.revision > 0 ? [record.revision] : [], keys: record.keys },
      ),
    );
  });
  return violations;
}

function leastMs(ttlSeconds: number): number {
  return (ttlSeconds * 1_000) / clockRateMax;
}

function earlyByTrueTime(
  analysis: Analysis,
  touches: ReadonlyMap<string, readonly Call[]>,
  counts: LeaseCounts,
): readonly Violation[] {
  const { log } = analysis;
  const violations: Violation[] = [];
  log.records.forEach(({ record, durableAtMs, epoch }, index) => {
    if (record.kind !== 'lease-revoke') return;
    const moment = index + 1;
    if (mayBeAskedFor(analysis, moment, record.lease)) {
      counts.revoked += 1;
      return;
    }
    counts.expired += 1;
    if (record.keys.length > 0) counts.expiredWithKeys += 1;
    const life = leaseAt(log.model, record.lease, moment - 1);
    if (life === undefined) return;
    if (log.records[life.grantedAt - 1]!.epoch !== epoch) counts.expiredInLaterReign += 1;
    for (const call of touches.get(record.lease) ?? []) {
      if (!isOk(call) || call.invokedMs > durableAtMs || analysis.momentSeenBy(call.returnedMs) < life.grantedAt)
        continue;
      if (analysis.momentBefore(call) >= moment) continue;
      if (durableAtMs >= call.invokedMs + leastMs(life.ttlSeconds)) continue;
      violations.push(
        violation(
          'lease never early',
          `lease ${record.lease} of ${life.ttlSeconds} s was over ${Math.round(durableAtMs - call.invokedMs)} ms after ${nameOf(call)} was sent, which was answered with its full time`,
          { atMs: durableAtMs, operations: [call.operation], keys: record.keys },
        ),
      );
      return;
    }
  });
  return violations;
}

function toldGoneEarly(analysis: Analysis, touches: ReadonlyMap<string, readonly Call[]>): readonly Violation[] {
  const violations: Violation[] = [];
  const { model } = analysis.log;
  for (const call of analysis.calls) {
    if (!isOk(call) || call.outcome.response.kind !== 'lease-keep-alive') continue;
    const { id, ttlSeconds } = call.outcome.response;
    if (ttlSeconds !== 0) continue;
    const first = analysis.momentBefore(call);
    const last = Math.max(first, analysis.momentSeenBy(call.returnedMs));
    const life = leaseAt(model, id, first);
    // Not there, or gone while the call was under way.
    if (life === undefined || life.revokedAt <= last) continue;
    const touch = (touches.get(id) ?? []).find(
      (other) =>
        isOk(other) &&
        other.invokedMs <= call.returnedMs &&
        call.returnedMs < other.invokedMs + leastMs(life.ttlSeconds),
    );
    // A revocation that was under way, and failed with its reign, was seen by whoever asked that reign.
    const mayBeUnderWay = analysis.calls.some(({ request, outcome }) => {
      return request.kind === 'lease-revoke' && request.id === id && outcome.kind !== 'ok';
    });
    if (touch === undefined || mayBeUnderWay || analysis.momentBefore(touch) >= life.revokedAt) continue;
    violations.push(
      violation(
        'lease never early',
        `${nameOf(call)} is told that lease ${id} is gone, ${Math.round(call.returnedMs - touch.invokedMs)} ms after ${nameOf(touch)} was sent, which was answered with its full time of ${life.ttlSeconds} s`,
        {
          atMs: call.returnedMs,
          operations: [call.operation, touch.operation],
        },
      ),
    );
  }
  return violations;
}

/** Judged only where nothing befalls the leader. */
function lateOnes(
  analysis: Analysis,
  touches: ReadonlyMap<string, readonly Call[]>,
  restartedMs: number,
  counts: LeaseCounts,
): readonly Violation[] {
  const { result, log } = analysis;
  const { scenario } = result;
  const quiet = quietFrom(scenario);
  const lastFence = log.fences.at(-1);
  if (quiet === undefined || lastFence === undefined || promisedUnder(scenario) !== 'masked') return [];
  const leader = result.history.findLast((event) => event.kind === 'node-role' && event.role === 'leader');
  if (leader?.kind !== 'node-role' || !quiet.nodes.has(leader.node)) return [];
  if (isRestoredLate(result, quiet.atMs)) return [];
  const { client, endMs } = scenario.knobs;
  const slackMs = expiryCheckMs + 4 * scenario.knobs.storeTimeoutMs + scenario.topology.settings.uploadIntervalMs;
  // A store that is slow by itself may let the lease on leadership lapse, although nothing befalls anybody.
  const healthyMs = Math.max(quiet.atMs + convergenceMs(scenario), lastFence.atMs, restartedMs);
  const inDoubtUntilMs = corruptUntilMs(analysis);
  const violations: Violation[] = [];
  for (const [lease, lives] of log.model.leases) {
    const life: LeaseLife = lives.at(-1)!;
    const grantedMs = log.records[life.grantedAt - 1]!.durableAtMs;
    let sinceMs = Math.max(healthyMs, grantedMs, inDoubtUntilMs);
    for (const call of touches.get(lease) ?? []) {
      sinceMs = Math.max(sinceMs, Math.min(call.returnedMs, call.invokedMs + client.timeoutMs + slackMs));
    }
    const dueMs = sinceMs + life.ttlSeconds * 1_000 * clockRateMax + slackMs;
    const endedMs = life.revokedAt === Infinity ? Infinity : log.records[life.revokedAt - 1]!.durableAtMs;
    if (dueMs > endMs) continue;
    counts.judgedLate += 1;
    if (endedMs <= dueMs) continue;
    violations.push(
      violation(
        'lease not late',
        `lease ${lease} of ${life.ttlSeconds} s was last renewed at ${Math.round(sinceMs)} ms at the latest, and ${endedMs === Infinity ? 'still lives' : `lived until ${Math.round(endedMs)} ms`}`,
        {
          atMs: dueMs,
        },
      ),
    );
  }
  return violations;
}

/** Nothing ends by the clock while CORRUPT is on. */
function corruptUntilMs({ log }: Analysis): number {
  const isOn = (moment: number) => log.model.alarmsAt[moment]!.some(({ alarm }) => alarm === 'corrupt');
  const last = log.records.findLastIndex((_, index) => isOn(index + 1));
  if (last < 0) return 0;
  return log.records[last + 1]?.durableAtMs ?? Infinity;
}
