import { faultKinds } from '../faults/index.ts';
import type { RunResult } from '../types/result.ts';
import { type FinalLog, finalRevision } from './log.ts';
import { momentOf } from './model.ts';

/**
 * What may be lost. Under `object` nothing. Under `local` what a lost disk alone held: at most an upload interval of it. What was
 * acknowledged or shown of that, before a later reign began without it, is excused; so is what waits for its slot when the run ends.
 */
export interface Loss {
  /** The reign that began without what was lost; Infinity: the run ended first. */
  readonly atMs: number;
  /** All that was left. */
  readonly revision: number;
  readonly moment: number;
}

export function allowedLosses(
  result: Pick<RunResult, 'scenario' | 'history' | 'counts'>,
  log: FinalLog,
): readonly Loss[] {
  if (result.scenario.topology.settings.durability === 'object') return [];
  const losses: Loss[] = [];
  const disksLost = result.history.flatMap((event) =>
    event.kind === 'node-start' && event.incarnation > 0 && event.disk !== 'kept' ? [event.atMs] : [],
  );
  const disksForget = hasForgottenDisk(result.counts.faultsFired);
  for (const [index, fence] of log.fences.entries()) {
    const sinceMs = log.fences[index - 1]?.atMs ?? 0;
    const isLost = disksLost.some((atMs) => atMs >= sinceMs && atMs <= fence.atMs);
    const isOtherDisk = index > 0 && log.fences[index - 1]!.memberId !== fence.memberId;
    if (!isLost && !disksForget && !isOtherDisk) continue;
    losses.push({ atMs: fence.atMs, revision: log.model.revisionAt[fence.moment - 1]!, moment: fence.moment });
  }
  return [...losses, { atMs: Infinity, revision: finalRevision(log), moment: momentOf(log.model) }];
}

/** A disk may not hold what it said that it holds. */
function hasForgottenDisk(fired: Readonly<Record<string, number>>): boolean {
  return faultKinds.some(({ kind, diskForgets }) => diskForgets === true && (fired[kind] ?? 0) > 0);
}

/** The loss that excuses what was seen at that time and revision. */
export function lossOf(losses: readonly Loss[], atMs: number, revision: number): Loss | undefined {
  return losses.find((loss) => atMs <= loss.atMs && revision > loss.revision);
}
