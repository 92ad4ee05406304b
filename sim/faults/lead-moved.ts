import { drawNode, nodeOf, numberOf, shrinkNumber } from './address.ts';
import type { FaultKind } from './fault-kind.ts';

export const leadMoved: FaultKind = {
  kind: 'lead-moved',
  port: 'process',
  does: 'An operator has whoever leads move the lead to this node.',
  seen: "etcdctl move-leader before a machine's maintenance.",
  address: 'the node that it is moved to, at a time',
  shrinks: 'to an earlier time',
  promise: () => 'masked',
  likely: ({ nodes, settings }) => (nodes > 1 && settings.memberIntervalMs > 0 ? 0.3 : undefined),
  generate: (draw, context) => ({ node: drawNode(draw, context), atMs: draw.below(context.activeMs) }),
  shrink: (fault) => shrinkNumber(fault, 'atMs', 0),
  arm(fault, stage) {
    const to = stage.nodes[nodeOf(fault)]!;
    stage.atMs(fault, numberOf(fault, 'atMs'), () => {
      const leader = stage.nodes.find((host) => host.state() === 'up' && host.role() === 'leader');
      if (leader === undefined || leader === to || to.state() !== 'up') return;
      stage.world.fired(fault, `incarnation ${leader.incarnation()} of node ${leader.node}`);
      leader.moveLead(to.memberId());
    });
  },
};
