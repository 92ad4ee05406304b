import { drawNode, drawWindow, numberOf, shrinkNumber, shrinkWindow } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armStoreRule } from './store-rule.ts';

export const storeSlow: FaultKind = {
  kind: 'store-slow',
  port: 'object-store',
  does: 'Every call of a node takes longer for a while, some of them very much longer.',
  seen: 'Tail latencies of Amazon S3: a median of some 20 ms beside a 99.9th percentile of seconds, as its own guide on retrying slow requests says.',
  address: "one node's store calls of a target, in a window",
  shrinks: 'to half of its window, less slow',
  promise: () => 'masked',
  generate: (draw, context) => ({
    node: drawNode(draw, context),
    target: '*',
    window: drawWindow(draw, context, 5_000),
    typicalMs: draw.between(1, 300),
    slowMs: draw.between(300, 8_000),
  }),
  shrink: (fault) => [...shrinkWindow(fault), ...shrinkNumber(fault, 'slowMs', 1)],
  arm(fault, stage) {
    armStoreRule(fault, stage, (plan, call) => {
      const draw = stage.draw(fault, `${call.node} ${call.target} ${call.nth}`);
      const ceilingMs = numberOf(fault, draw.chance(0.1) ? 'slowMs' : 'typicalMs');
      plan.extraRequestMs += draw.unit() * ceilingMs;
      plan.extraAnswerMs += draw.unit() * ceilingMs;
    });
  },
};
