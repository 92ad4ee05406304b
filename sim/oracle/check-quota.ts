import type { PlainRequest, PlainTxnOperation } from '../types/plain.ts';
import type { Violation } from '../types/result.ts';
import type { Analysis } from './analysis.ts';
import { type Call, isOk, nameOf, type OkCall, saysItWrote } from './calls.ts';
import { lossAfterReign } from './losses.ts';
import { type Model, versionsUpTo } from './model.ts';
import { violation } from './violation.ts';

/**
 * The quota, by a count of its own: what does not fit is not done, and who finds no space raises the alarm, once, and for a reason. That what takes space is
 * refused from then on, and nothing else, is judged with the answers.
 *
 * A compaction gives space back little by little, and nobody outside sees how far it is: so what is judged is the least that can be kept, and the
 * most.
 */
export interface QuotaCounts {
  /** Writes and leases that fitted, where there was a quota. */
  fitted: number;
  /** Alarms that a node raised. */
  raised: number;
  /** Writes after an alarm that a node had raised. */
  afterwards: number;
}

export function quotaCountsNone(): QuotaCounts {
  return { fitted: 0, raised: 0, afterwards: 0 };
}

export function checkQuota(analysis: Analysis, counts: QuotaCounts): readonly Violation[] {
  const { quotaBackendBytes: quota } = analysis.result.scenario.topology.settings;
  if (quota === 0) return [];
  const raised = raisedByNodes(analysis);
  counts.raised += raised.length;
  return [...checkAdmitted(analysis, quota, raised[0] ?? Infinity, counts), ...checkRaised(analysis, quota, raised)];
}

/** etcd's estimate of what a key costs beyond itself and its value, and a lease altogether. */
const keyOverheadBytes = 256;
const leaseBytes = 64;

function costOf(request: PlainRequest | PlainTxnOperation): number {
  switch (request.kind) {
    case 'put':
      return keyOverheadBytes + request.key.length + (request.value ?? '').length;
    case 'txn': {
      const ofBranch = (branch: readonly PlainTxnOperation[] = []) =>
        branch.reduce((sum, operation) => sum + costOf(operation), 0);
      return Math.max(ofBranch(request.success), ofBranch(request.failure));
    }
    case 'lease-grant':
      return leaseBytes;
    default:
      return 0;
  }
}

function checkAdmitted(
  { calls, log, losses }: Analysis,
  quota: number,
  firstRaised: number,
  counts: QuotaCounts,
): readonly Violation[] {
  const { model } = log;
  const violations: Violation[] = [];
  for (const call of calls) {
    const cost = isOk(call) ? costOf(call.request) : 0;
    if (!isOk(call) || cost === 0) continue;
    if (lossAfterReign(losses, log.fences, call.outcome.header.term) !== undefined) continue;
    const moment = madeAt(model, call);
    if (moment === undefined) continue;
    const kept = bytesKept(model, moment - 1);
    if (kept + cost < quota) {
      counts.fitted += 1;
      if (moment > firstRaised) counts.afterwards += 1;
      continue;
    }
    violations.push(
      violation(
        'quota',
        `${nameOf(call)} was done, although ${kept} bytes were kept by then, it costs ${cost}, and the quota is ${quota}`,
        { atMs: call.returnedMs, operations: [call.operation] },
      ),
    );
  }
  return violations;
}

/** The moment of the call's own record; undefined: it has none, or it cannot be told. */
function madeAt(model: Model, { request, outcome }: OkCall): number | undefined {
  if (request.kind !== 'lease-grant') {
    return saysItWrote(outcome.response) ? model.momentOf[outcome.header.revision] : undefined;
  }
  const lives = outcome.response.kind === 'lease-grant' ? model.leases.get(outcome.response.id) : undefined;
  return lives?.length === 1 ? lives[0]!.grantedAt : undefined;
}

/** Keys and values of the versions that nobody may have dropped at the moment. */
function bytesKept(model: Model, moment: number): number {
  const revision = model.revisionAt[moment]!;
  const compactRevision = model.compactRevisionAt[moment]!;
  let bytes = 0;
  for (const all of model.versions.values()) {
    const versions = versionsUpTo(model, all, revision);
    const first = versions.findLastIndex(({ modRevision }) => modRevision <= compactRevision);
    for (const [index, { key, value, version }] of versions.entries()) {
      if (index > first || (index === first && version > 0)) bytes += key.length + value.length;
    }
  }
  return bytes;
}

/** Of all versions that there ever were by then. */
function bytesEver(model: Model, moment: number): number {
  const revision = model.revisionAt[moment]!;
  let bytes = 0;
  for (const versions of model.versions.values()) {
    for (const { key, value, modRevision } of versions) if (modRevision <= revision) bytes += key.length + value.length;
  }
  return bytes;
}

/** Moments of alarms which no client asked for. */
function raisedByNodes({ calls, log }: Analysis): readonly number[] {
  const asked = new Set(
    calls.flatMap(({ request }) =>
      request.kind === 'alarm' && request.action === 'activate' ? [`${request.alarm} ${request.memberId}`] : [],
    ),
  );
  return log.records.flatMap(({ record }, index) =>
    record.kind === 'alarm' &&
    record.active &&
    record.alarm === 'nospace' &&
    !asked.has(`${record.alarm} ${record.memberId}`)
      ? [index + 1]
      : [],
  );
}

/** Somebody asked for more space than there can have been left. */
function checkRaised({ calls, log, losses }: Analysis, quota: number, raised: readonly number[]): readonly Violation[] {
  const mayHaveMet = (call: Call, moment: number) =>
    costOf(call.request) + bytesEver(log.model, moment - 1) >= quota &&
    call.invokedMs <= log.records[moment - 1]!.durableAtMs;
  return raised
    .filter((moment) => losses.length === 0 && !calls.some((call) => mayHaveMet(call, moment)))
    .map((moment) =>
      violation('quota', `a node raised the alarm that there is no space, although nobody asked for more than fits`, {
        atMs: log.records[moment - 1]!.durableAtMs,
      }),
    );
}
