import { drawWindow, numberOf, shrinkNumber, shrinkWindow } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armLinkRule, drawLink, linkOf } from './link-rule.ts';
import { hashOf, unitOf } from '../world/random.ts';

export const networkReorder: FaultKind = {
  kind: 'network-reorder',
  port: 'network',
  does: 'What goes one way of a link takes times so different that it arrives in another order.',
  seen: 'Parallel connections of one client, each with its own queue: a later request overtakes an earlier one as a matter of course.',
  address: 'one way of a link, in a window',
  shrinks: 'to half of its window, a smaller spread',
  promise: () => 'masked',
  generate: (draw, context) => ({
    ...drawLink(draw, context),
    window: drawWindow(draw, context, 5000),
    spreadMs: draw.between(1, 2_000),
  }),
  shrink: (fault) => [...shrinkWindow(fault), ...shrinkNumber(fault, 'spreadMs', 1)],
  arm(fault, stage) {
    const key = hashOf(stage.world.scenario.seed, fault.id);
    const spreadMs = numberOf(fault, 'spreadMs');
    armLinkRule(fault, stage, linkOf(fault), (plan, { key: passage, count }) => {
      plan.extraMs += unitOf(key, passage, count) * spreadMs;
    });
  },
};
