import { drawWindow, numberOf, shrinkWindow, windowOf } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armLinkRule } from './link-rule.ts';
import { nodeOfEndpoint, storeEndpoint } from '../world/network.ts';

export const partitionRing: FaultKind = {
  kind: 'partition-ring',
  port: 'network',
  does: 'Each node reaches only its two neighbours; of the store they hear in turn, each for a while.',
  seen: 'Majorities that overlap without agreeing on who is there: the ring of Jepsen.',
  address: 'nodes, in a window',
  shrinks: 'to half of its window',
  promise: () => 'masked',
  generate: (draw, context) => ({ window: drawWindow(draw, context, 10_000), turnMs: draw.between(50, 3_000) }),
  shrink: shrinkWindow,
  arm(fault, stage) {
    const { nodes } = stage;
    const { fromMs } = windowOf(fault);
    const turnMs = numberOf(fault, 'turnMs');
    armLinkRule(
      fault,
      stage,
      (from, to) => {
        const left = nodeOfEndpoint(from);
        const right = nodeOfEndpoint(to);
        if (left !== undefined && right !== undefined) return !neighbours(left, right, nodes.length);
        if (from !== storeEndpoint && to !== storeEndpoint) return false;
        const turn = Math.floor((stage.world.nowMs() - fromMs) / turnMs) % nodes.length;
        return (left ?? right) !== turn;
      },
      (plan) => {
        plan.lost = true;
      },
    );
  },
};

function neighbours(left: number, right: number, nodes: number): boolean {
  const distance = Math.abs(left - right);
  return distance === 1 || distance === nodes - 1;
}
