import { drawWindow, numberOf, shrinkNumber, shrinkWindow } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armLinkRule, drawLink, linkOf } from './link-rule.ts';
import { hashOf, unitOf } from '../world/random.ts';

export const networkDelay: FaultKind = {
  kind: 'network-delay',
  port: 'network',
  does: 'What goes one way of a link is late, some of it very late.',
  seen: 'Buffers that fill on a saturated uplink, and a retransmission timeout of a second and more for a lost packet.',
  address: 'one way of a link, in a window',
  shrinks: 'to half of its window, a shorter tail',
  promise: () => 'masked',
  generate: (draw, context) => ({
    ...drawLink(draw, context),
    window: drawWindow(draw, context, 5000),
    typicalMs: draw.between(1, 300),
    tailMs: draw.between(300, 8_000),
  }),
  shrink: (fault) => [...shrinkWindow(fault), ...shrinkNumber(fault, 'tailMs', 1)],
  arm(fault, stage) {
    const key = hashOf(stage.world.scenario.seed, fault.id);
    armLinkRule(fault, stage, linkOf(fault), (plan, { key: passage, count }) => {
      const drawn = unitOf(key, passage, count);
      plan.extraMs += numberOf(fault, drawn < 0.1 ? 'tailMs' : 'typicalMs') * ((drawn * 10) % 1);
    });
  },
};
