import type { FaultContext } from './faults/fault-kind.ts';
import type { BranchCut, Operation, ToolCourse } from './types/scenario.ts';
import type { Draw } from './world/random.ts';

/**
 * Rollbacks in place in a generated scenario, while the database is written to, watched and collected: by operators who stand still on the way, are
 * killed at any step, or have the same idea at once; sometimes after one another, and back on what an earlier one left.
 */
const share = 0.2;

type Draws = (purpose: string) => Draw;

export function isRollbackRun(draw: Draws, { settings }: FaultContext): boolean {
  return settings.durability === 'object' && draw('rollbacks').chance(share);
}

export function rollbacksOf(draw: Draws, { nodes, activeMs }: FaultContext): readonly Operation[] {
  const count = draw('rollbacks/count').pick([1, 1, 2, 3]);
  let atMs = 0;
  return Array.from({ length: count }, (_, index): Operation => {
    const own = draw(`rollback/${index + 1}`);
    const beside = index > 0 && own.chance(0.4);
    atMs = beside ? atMs + own.below(1_500) : Math.floor(activeMs * (0.15 + 0.55 * own.unit()));
    return {
      id: `rollback-${index + 1}`,
      client: `operator-rollback-${index + 1}`,
      node: own.below(nodes),
      atMs,
      action: {
        kind: 'restore',
        cut: cutOf(own, activeMs, index > 0),
        ...courseOf(draw(`rollback/${index + 1}/course`)),
      },
    };
  });
}

function cutOf(draw: Draw, activeMs: number, isAgain: boolean): BranchCut {
  // Soon after another one: back on what that left.
  if (isAgain && draw.chance(0.5)) return { kind: 'revision', back: draw.between(2, 8) };
  if (draw.chance(0.3)) return { kind: 'moment', backMs: draw.pick([100, 500, 2_000, draw.below(activeMs)]) };
  return { kind: 'revision', back: draw.pick([0, 1, 2, 3, 5, 10, 20, 50]) };
}

/** A rollback takes some hundred calls of the store, and waits for the former leader's lease before the last few. */
export function courseOf(draw: Draw): ToolCourse {
  return {
    clockOffsetMs: draw.pick([0, 0, 0, -2_000, 5_000]),
    pauseAfterCalls: draw.chance(0.35) ? draw.between(1, 110) : 0,
    pauseMs: draw.pick([50, 500, 5_000, 20_000]),
    // Most of the time it waits.
    ...(draw.chance(0.2) ? { pauseAfterMs: draw.pick([500, 1_000, 2_000, 4_000, 10_000]) } : {}),
    killAfterCalls: draw.chance(0.2) ? draw.between(1, 110) : 0,
  };
}
