import type { CheckpointReference } from '../types/log.ts';

/**
 * Which checkpoints stay named in the manifest, of those that it names, ascending by slot.
 *
 * Every moment within the retention has to be rebuilt from a checkpoint at or before it: so the newest one that is older than the retention
 * stays with all that are younger. Time is the log's own, as the newest checkpoint says it: the clock of whoever collects may be years ahead,
 * and what is forgotten is gone. The newest `spares` stay in any case: should one turn out to be damaged, the one before it serves.
 */
export const checkpointsSpareMin = 2;
/** Beyond so many every other one of the older half goes: what is lost is speed, for a moment between them is replayed further. */
export const checkpointsNamedMax = 1_000;

export function keptCheckpoints(
  checkpoints: readonly CheckpointReference[],
  retentionMs: number,
): readonly CheckpointReference[] {
  const horizonMs = (checkpoints.at(-1)?.wallMs ?? 0) - retentionMs;
  const firstYoung = checkpoints.findIndex((checkpoint) => checkpoint.wallMs > horizonMs);
  const young = firstYoung === -1 ? checkpoints.length : firstYoung;
  const first = Math.min(Math.max(young - 1, 0), Math.max(checkpoints.length - checkpointsSpareMin, 0));
  return thinned(checkpoints.slice(first));
}

/** The oldest stays: everything that is retained can be rebuilt from it. */
export function thinned(checkpoints: readonly CheckpointReference[]): readonly CheckpointReference[] {
  if (checkpoints.length <= checkpointsNamedMax) return checkpoints;
  const older = Math.floor(checkpoints.length / 2);
  return checkpoints.filter((_, index) => index >= older || index % 2 === 0);
}
