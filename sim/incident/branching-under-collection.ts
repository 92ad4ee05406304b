import type { Action, BranchCut, Operation } from '../types/scenario.ts';
import type { Draw } from '../world/random.ts';
import { leader, type Incident } from './incident.ts';
import { readAll, writers } from './traffic.ts';

/** Operators with the same few names, so that two often want one at once. */
const names = ['oak', 'elm', 'ash'] as const;
const creationsCount = 9;
const collectionsCount = 12;
const none = { clockOffsetMs: 0, pauseAfterCalls: 0, pauseMs: 0, killAfterCalls: 0 } as const;

export const branchingUnderCollection: Incident = {
  name: 'branching-under-collection',
  does: 'branches of old revisions are made by operators who stand still on the way, while every checkpoint and slot that nothing needs is condemned and deleted at once; each is run in the end',
  generate(draw, { nodes, leaseMs, fromMs }) {
    const own = draw('course');
    const spanMs = own.pick([2_000, 4_000]);
    const toMs = Math.ceil(fromMs + spanMs + 4 * leaseMs);
    const operations: Operation[] = [];
    const at = (id: string, atMs: number, action: Action) =>
      operations.push({ id, client: `operator-${id}`, node: own.below(nodes), atMs: Math.ceil(atMs), action });
    // Among the others there is one who takes over in the middle of it, and begins from what is left.
    const lostMs = Math.ceil(fromMs + spanMs - own.below(spanMs / 3));
    const lost = { id: 'lost', kind: 'crash-disk-lost', node: leader, atMs: lostMs, restartMs: 2 * leaseMs };
    let createMs = fromMs;
    for (let number = 1; number <= creationsCount; number++) {
      // Now and then two at once.
      if (number === 1 || own.chance(0.6)) createMs = fromMs + own.below(spanMs);
      const kill = own.chance(0.1) ? { killAfterCalls: own.between(3, 12) } : {};
      const course = {
        ...none,
        pauseAfterCalls: own.chance(0.8) ? own.between(3, 9) : 0,
        pauseMs: own.between(100, 2_500),
        ...kill,
      };
      const name = own.pick(names);
      at(`create-${number}`, createMs, { kind: 'branch-create', name, of: '', cut: cutOf(own), ...course });
    }
    for (let number = 1; number <= collectionsCount; number++) {
      const collect = { kind: 'collect', retentionMs: 0, graceMs: 0, dryRun: false } as const;
      const pauseAfterCalls = own.chance(0.3) ? own.between(1, 12) : 0;
      at(`collect-${number}`, fromMs + own.below(spanMs + leaseMs), {
        ...collect,
        ...none,
        pauseAfterCalls,
        pauseMs: own.between(50, 500),
      });
    }
    for (const name of names) {
      const run = { kind: 'branch-run', name, forMs: toMs, killEveryMs: 0, restartMs: 0, disk: 'empty' } as const;
      at(`run-${name}`, toMs + 100, run);
      operations.push(readAll(name, toMs + 3 * leaseMs));
    }
    return {
      faults: [lost],
      operations: [
        ...operations,
        ...writers(draw, {
          name: 'writer',
          node: leader,
          fromMs: fromMs - 500,
          toMs: fromMs + spanMs,
          everyMs: own.pick([15, 40]),
        }),
      ],
      toMs,
      settings: {
        checkpointSegments: own.pick([3, 10]),
        checkpointIntervalMs: own.pick([200, 500]),
        checkpointChunkBytes: 256,
        retentionMs: 0,
        retentionBytes: -1,
        collectIntervalMs: own.pick([0, 300]),
        collectGraceMs: 0,
      },
    };
  },
};

function cutOf(draw: Draw): BranchCut {
  if (draw.chance(0.3)) return { kind: 'end' };
  return draw.chance(0.7)
    ? { kind: 'revision', back: draw.pick([0, 1, 2, 5, 10]) }
    : { kind: 'moment', backMs: draw.between(0, 400) };
}
