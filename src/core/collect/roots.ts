import type { CheckpointReference, Manifest } from '../types/log.ts';

/** What everything reachable is reached from: checkpoints of the manifest, and those that pins keep for others. */
export function rootsOf({ checkpoints, pins }: Pick<Manifest, 'checkpoints' | 'pins'>): readonly CheckpointReference[] {
  const pinned = pins.flatMap(({ checkpoint }) => (checkpoint === undefined ? [] : [checkpoint]));
  return [...checkpoints, ...pinned];
}
