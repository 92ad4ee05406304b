import { drawWindow, shrinkWindow } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armLinkRule } from './link-rule.ts';
import { nodeEndpoint } from '../world/network.ts';

export const partitionHalves: FaultKind = {
  kind: 'partition-halves',
  port: 'network',
  does: 'Some nodes, and the clients on their side, are cut off from the store and the other nodes.',
  seen: 'A lost link between two data centres: one side keeps the store, the other its clients.',
  address: 'the nodes cut off, in a window',
  shrinks: 'to half of its window',
  promise: () => 'masked',
  generate: (draw, context) => ({
    cutOff: Array.from({ length: context.nodes }, (_, node) => node).filter(() => draw.chance(0.5)),
    window: drawWindow(draw, context, 10_000),
  }),
  shrink: shrinkWindow,
  arm(fault, stage) {
    const cutOff = new Set((fault['cutOff'] as readonly number[]).map(nodeEndpoint));
    armLinkRule(
      fault,
      stage,
      (from, to) => !from.startsWith('client-') && !to.startsWith('client-') && cutOff.has(from) !== cutOff.has(to),
      (plan) => {
        plan.lost = true;
      },
    );
  },
};
