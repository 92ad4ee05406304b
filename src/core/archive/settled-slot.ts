import type { CheckpointReference } from '../types/log.ts';

/**
 * The last slot that may go into an archive: that of the newest checkpoint but one. What a checkpoint holds was read from slots that are filled for
 * good, and a recovery that finds the newest one damaged still reads the log from slots alone.
 */
export function settledSlot(checkpoints: readonly CheckpointReference[]): number {
  return checkpoints.at(-2)?.slot ?? 0;
}
