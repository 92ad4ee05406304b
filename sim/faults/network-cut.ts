import { drawWindow, shrinkWindow } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armLinkRule, drawLink, linkOf } from './link-rule.ts';

export const networkCut: FaultKind = {
  kind: 'network-cut',
  port: 'network',
  does: 'Nothing passes one way of a link; the other way is open.',
  seen: 'One-way failures of a network card or a misloaded firewall rule: the partial partitions of Alquraan et al., OSDI 2018; Cloudflare, November 2020.',
  address: 'one way of a link, in a window',
  shrinks: 'to half of its window',
  promise: () => 'masked',
  generate: (draw, context) => ({ ...drawLink(draw, context), window: drawWindow(draw, context, 8000) }),
  shrink: shrinkWindow,
  arm(fault, stage) {
    armLinkRule(fault, stage, linkOf(fault), (plan) => {
      plan.lost = true;
    });
  },
};
