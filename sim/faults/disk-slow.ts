import { drawNode, drawWindow, numberOf, shrinkNumber, shrinkWindow } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armLocalRule } from './local-rule.ts';

export const diskSlow: FaultKind = {
  kind: 'disk-slow',
  port: 'disk',
  does: "Every call on a node's disk takes longer for a while.",
  seen: 'Cloud volumes out of their burst credits; the write cliff of an SSD that collects its garbage.',
  address: "a node's disk, in a window",
  shrinks: 'to half of its window, less slow',
  promise: () => 'masked',
  generate: (draw, context) => ({
    node: drawNode(draw, context),
    target: draw.pick(['disk-*', 'local-*', '*']),
    window: drawWindow(draw, context, 10_000),
    extraMs: draw.between(1, 500),
  }),
  shrink: (fault) => [...shrinkWindow(fault), ...shrinkNumber(fault, 'extraMs', 1)],
  arm(fault, stage) {
    armLocalRule(fault, stage, (plan) => {
      plan.extraMs += numberOf(fault, 'extraMs');
    });
  },
};
