import { thinned } from '../collect/kept-checkpoints.ts';
import type { CheckpointReference } from '../types/log.ts';

/**
 * The checkpoints that the manifest names when a new one has come: it takes the place of any that is not before it. How long the others
 * stay is the collector's to say; their number is bounded without it too.
 */
export function withCheckpoint(
  checkpoints: readonly CheckpointReference[],
  reference: CheckpointReference,
): readonly CheckpointReference[] {
  return thinned([...checkpoints.filter(({ slot }) => slot < reference.slot), reference]);
}
