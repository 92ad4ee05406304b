import type { FaultContext } from './faults/fault-kind.ts';
import type { Operation } from './types/scenario.ts';
import type { Draw } from './world/random.ts';

/** A quota, in a part of the runs, and an operator who gives space back now and then. */
const share = 0.15;
/** A few kilobytes are what most runs come to. */
const sizes = [3_000, 6_000, 12_000] as const;

export function quotaOf(draw: Draw): number {
  return draw.chance(share) ? draw.pick(sizes) : 0;
}

export function roomOf(
  draw: (purpose: string) => Draw,
  { nodes, settings, activeMs }: FaultContext,
): readonly Operation[] {
  if (settings.quotaBackendBytes === 0) return [];
  const own = draw('quota/room');
  // Everything, or what comes before `l`: history of what stays is given back by the compaction alone.
  const range = own.chance(0.5) ? { key: '\0', rangeEnd: '\0' } : { key: '\0', rangeEnd: 'l' };
  const action = { kind: 'make-room', ...range, everyMs: own.between(1_000, 8_000), untilMs: activeMs } as const;
  return [{ id: 'make-room', client: 'operator-room', node: own.below(nodes), atMs: own.below(activeMs / 2), action }];
}
