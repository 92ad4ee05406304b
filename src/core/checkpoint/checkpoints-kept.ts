import { checkpointsKept } from '../limits.ts';
import type { CheckpointReference } from '../types/log.ts';

/** The checkpoints that the manifest names when a new one has come: it takes the place of any that is not before it. */
export function withCheckpoint(
  checkpoints: readonly CheckpointReference[],
  reference: CheckpointReference,
): readonly CheckpointReference[] {
  const before = checkpoints.filter(({ slot }) => slot < reference.slot);
  return [...before, reference].slice(-checkpointsKept);
}
