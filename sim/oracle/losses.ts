import { faultKinds } from '../faults/index.ts';
import type { RunResult } from '../types/result.ts';
import { FormatError } from './decoder/cursor.ts';
import { type DecodedControl, decodeControl } from './decoder/control.ts';
import { type Fence, type FinalLog, finalRevision } from './log.ts';
import { momentOf } from './model.ts';

/**
 * What may be lost. Under `object` nothing. Under `local` what a lost disk alone held: at most an upload interval of it. What was
 * acknowledged or shown of that, before a later reign began without it, is excused; so is what waits for its slot when the run ends.
 */
export interface Loss {
  /** The reign that began without what was lost; Infinity: the run ended first. */
  readonly atMs: number;
  readonly epoch: number;
  /** All that was left. */
  readonly revision: number;
  readonly moment: number;
}

export function allowedLosses(
  result: Pick<RunResult, 'scenario' | 'history' | 'counts' | 'storeChanges'>,
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
    const isAccepted = isOtherDisk && acceptsLocalLoss(result, fence);
    if (!isLost && !disksForget && !isAccepted) continue;
    const { atMs, epoch, moment } = fence;
    losses.push({ atMs, epoch, revision: log.model.revisionAt[moment - 1]!, moment });
  }
  return [...losses, { atMs: Infinity, epoch: Infinity, revision: finalRevision(log), moment: momentOf(log.model) }];
}

/**
 * An operator started the life that made the fence with the word that the loss is accepted. Without it no other disk may go on. The fence
 * may land when that life is over and the next one has no such word; but a life sends a fence only after its claim has landed.
 */
function acceptsLocalLoss(
  { history, storeChanges }: Pick<RunResult, 'history' | 'storeChanges'>,
  fence: Fence,
): boolean {
  const lives = history.flatMap((event) =>
    event.kind === 'node-start' && event.memberId === fence.memberId ? [event] : [],
  );
  if (!lives.some((life) => life.acceptsLocalLoss)) return false;
  const claimedMs = claimedMsOf(storeChanges, fence);
  if (claimedMs === undefined) return false;
  return lives.findLast(({ atMs }) => atMs < claimedMs)?.acceptsLocalLoss === true;
}

/** When `control` first said that the fence's member leads in its epoch. */
function claimedMsOf(changes: RunResult['storeChanges'], { epoch, memberId }: Fence): number | undefined {
  return changes.find(({ key, node, bytes }) => {
    if (key !== 'control' || node === undefined || bytes === undefined) return false;
    const control = readControl(bytes);
    return control?.epoch === epoch && control.leader?.memberId === memberId;
  })?.atMs;
}

/** That it can be read is judged where it is written. */
function readControl(bytes: Uint8Array): DecodedControl | undefined {
  try {
    return decodeControl(bytes);
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/** A disk may not hold what it said that it holds. */
function hasForgottenDisk(fired: Readonly<Record<string, number>>): boolean {
  return faultKinds.some(({ kind, diskForgets }) => diskForgets === true && (fired[kind] ?? 0) > 0);
}

/**
 * The loss that excuses what was seen at that time and revision. `term`: of the reign that said it, where that is known; what an earlier one
 * said may be under way for long.
 */
export function lossOf(
  losses: readonly Loss[],
  atMs: number,
  revision: number,
  term: number = Infinity,
): Loss | undefined {
  return losses.find((loss) => (atMs <= loss.atMs || term < loss.epoch) && revision > loss.revision);
}

/** The loss of what the reign `term` said last, whatever that was: of what stood on its disk alone when the next reign began, or the run ended. */
export function lossAfterReign(losses: readonly Loss[], fences: readonly Fence[], term: number): Loss | undefined {
  const next = fences.find(({ epoch }) => epoch > term)?.epoch ?? Infinity;
  return losses.find(({ epoch }) => epoch === next);
}
