import { drawWindow, numberOf, shrinkNumber, shrinkWindow } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armLinkRule, drawLink, linkOf } from './link-rule.ts';
import { storeEndpoint } from '../world/network.ts';

export const networkDuplicate: FaultKind = {
  kind: 'network-duplicate',
  port: 'network',
  does: 'What goes one way of a link arrives twice: requests to the store and messages between nodes.',
  seen: 'Retries inside client libraries, proxies and service meshes, and datagrams doubled by a bonded link.',
  address: 'one way of a link, in a window',
  shrinks: 'to half of its window, doubled sooner',
  promise: () => 'masked',
  generate: (draw, context) => ({
    ...drawLink(draw, context),
    window: drawWindow(draw, context, 5000),
    laterMs: draw.between(0, 3_000),
  }),
  shrink: (fault) => [...shrinkWindow(fault), ...shrinkNumber(fault, 'laterMs', 0)],
  arm(fault, stage) {
    armLinkRule(fault, stage, linkOf(fault), (plan, { kind, to }) => {
      // Connections between clients and nodes do not double anything.
      if (kind !== 'message' && to !== storeEndpoint) return false;
      plan.duplicateMs = numberOf(fault, 'laterMs');
      return true;
    });
  },
};
