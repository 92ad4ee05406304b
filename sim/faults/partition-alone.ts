import { drawNode, drawWindow, nodeOf, shrinkWindow } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armLinkRule } from './link-rule.ts';
import { nodeEndpoint } from '../world/network.ts';

export const partitionAlone: FaultKind = {
  kind: 'partition-alone',
  port: 'network',
  does: 'One node reaches neither the store nor another node; clients still reach it.',
  seen: 'A leader cut off from its quorum that its clients still talk to: the case of most Jepsen analyses.',
  address: 'a node, in a window',
  shrinks: 'to half of its window',
  promise: () => 'masked',
  generate: (draw, context) => ({ node: drawNode(draw, context), window: drawWindow(draw, context, 10_000) }),
  shrink: shrinkWindow,
  arm(fault, stage) {
    const alone = nodeEndpoint(nodeOf(fault));
    armLinkRule(
      fault,
      stage,
      (from, to) => (from === alone && !to.startsWith('client-')) || (to === alone && !from.startsWith('client-')),
      (plan) => {
        plan.lost = true;
      },
    );
  },
};
