import type { CheckpointReference } from '../types/log.ts';
import type { Retention } from '../types/retention.ts';

/**
 * Which checkpoints stay named in the manifest, of those that it names, ascending by slot.
 *
 * - By age: every moment within it has to be rebuilt from a checkpoint at or before it, so the newest one that is older stays with all that
 *   are younger. Time is the log's own, as the newest checkpoint says it: the clock of whoever collects may be years ahead, and what is
 *   forgotten is gone.
 * - By size: as many as keep no more history than it, counted from each up to the newest.
 * - The newest `checkpointsSpareMin` stay in any case: should one turn out to be damaged, the one before it serves.
 */
export const checkpointsSpareMin = 2;
/** Beyond so many every other one of the older half goes: what is lost is speed, for a moment between them is replayed further. */
export const checkpointsNamedMax = 1_000;

export function keptCheckpoints(
  checkpoints: readonly CheckpointReference[],
  retention: Retention,
): readonly CheckpointReference[] {
  const firstSpare = Math.max(checkpoints.length - checkpointsSpareMin, 0);
  return thinned(checkpoints.slice(Math.min(firstRetained(checkpoints, retention), firstSpare)));
}

/** Index of the oldest one that the retention asks for. */
function firstRetained(checkpoints: readonly CheckpointReference[], retention: Retention): number {
  const newest = checkpoints.at(-1);
  if (newest === undefined || retention.kind === 'for-ever') return 0;
  if (retention.kind === 'size') {
    return checkpoints.findIndex(({ historyBytes }) => newest.historyBytes - historyBytes <= retention.bytes);
  }
  const horizonMs = newest.wallMs - retention.milliseconds;
  const firstYoung = checkpoints.findIndex(({ wallMs }) => wallMs > horizonMs);
  return Math.max((firstYoung === -1 ? checkpoints.length : firstYoung) - 1, 0);
}

/**
 * Whether the retention asks for what was before the oldest checkpoint, too: then the log that leads to it stays.
 */
export function reachesBeyond(checkpoints: readonly CheckpointReference[], retention: Retention): boolean {
  const oldest = checkpoints[0];
  const newest = checkpoints.at(-1);
  if (oldest === undefined || newest === undefined) return true;
  switch (retention.kind) {
    case 'for-ever':
      return true;
    case 'age':
      return oldest.wallMs > newest.wallMs - retention.milliseconds;
    case 'size':
      return newest.historyBytes <= retention.bytes;
  }
}

/** The oldest stays: everything that is retained can be rebuilt from it. */
export function thinned(checkpoints: readonly CheckpointReference[]): readonly CheckpointReference[] {
  if (checkpoints.length <= checkpointsNamedMax) return checkpoints;
  const older = Math.floor(checkpoints.length / 2);
  return checkpoints.filter((_, index) => index >= older || index % 2 === 0);
}
