import { drawNode, drawWindow, nodeOf, shrinkWindow } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armLinkRule } from './link-rule.ts';
import { nodeEndpoint } from '../world/network.ts';

export const partitionOnlyThrough: FaultKind = {
  kind: 'partition-only-through',
  port: 'network',
  does: 'One node reaches the store and all others; the others reach nobody but it.',
  seen: 'A bridge: the one router whose routes survived, as in the partial partitions of Alquraan et al., OSDI 2018.',
  address: 'the node between, in a window',
  shrinks: 'to half of its window',
  promise: () => 'masked',
  generate: (draw, context) => ({ node: drawNode(draw, context), window: drawWindow(draw, context, 10_000) }),
  shrink: shrinkWindow,
  arm(fault, stage) {
    const bridge = nodeEndpoint(nodeOf(fault));
    armLinkRule(
      fault,
      stage,
      (from, to) => {
        if (from.startsWith('client-') || to.startsWith('client-')) return false;
        return from !== bridge && to !== bridge;
      },
      (plan) => {
        plan.lost = true;
      },
    );
  },
};
