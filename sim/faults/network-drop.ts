import { drawWindow, numberOf, shrinkWindow } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armLinkRule, drawLink, linkOf } from './link-rule.ts';
import { hashOf, unitOf } from '../world/random.ts';

export const networkDrop: FaultKind = {
  kind: 'network-drop',
  port: 'network',
  does: 'Some of what goes one way of a link gets lost.',
  seen: 'Packet loss beyond what retransmission mends within a deadline: a flapping switch port, an overfull conntrack table.',
  address: 'one way of a link, in a window',
  shrinks: 'to half of its window',
  promise: () => 'masked',
  generate: (draw, context) => ({
    ...drawLink(draw, context),
    window: drawWindow(draw, context, 2000),
    share: draw.between(1, 10) / 10,
  }),
  shrink: shrinkWindow,
  arm(fault, stage) {
    const key = hashOf(stage.world.scenario.seed, fault.id);
    const share = numberOf(fault, 'share');
    armLinkRule(fault, stage, linkOf(fault), (plan, { key: passage, count }) => {
      if (unitOf(key, passage, count) >= share) return false;
      plan.lost = true;
      return true;
    });
  },
};
