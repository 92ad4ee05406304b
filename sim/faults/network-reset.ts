import { drawNode, nodeOf, numberOf, shrinkNumber } from './address.ts';
import type { FaultKind } from './fault-kind.ts';

export const networkReset: FaultKind = {
  kind: 'network-reset',
  port: 'network',
  does: 'All connections of a node, to the store and to its clients, are reset at once.',
  seen: 'Load balancers that drop every connection at a deployment or a failover; RST from a firewall that lost its state.',
  address: 'a node, at a time',
  shrinks: 'to an earlier time',
  promise: () => 'masked',
  generate: (draw, context) => ({ node: drawNode(draw, context), atMs: draw.below(context.activeMs) }),
  shrink: (fault) => shrinkNumber(fault, 'atMs', 0),
  arm(fault, stage) {
    const node = nodeOf(fault);
    stage.atMs(fault, numberOf(fault, 'atMs'), () => {
      const host = stage.nodes[node]!;
      // Of what was on its way, some is past the break already.
      const count = host.storeCalls.reset((call) => stage.draw(fault, `${call.target} ${call.nth}`).chance(0.5));
      host.resetClients();
      stage.world.fired(fault, `${count} store calls under way`);
    });
  },
};
