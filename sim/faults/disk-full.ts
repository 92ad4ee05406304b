import { drawNode, drawWindow, shrinkWindow } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armLocalRule } from './local-rule.ts';

export const diskFull: FaultKind = {
  kind: 'disk-full',
  port: 'disk',
  does: "Every write to a node's disk fails for a while: no space left.",
  seen: 'ENOSPC: the commonest disk fault of all, from a log that was never rotated.',
  address: "a node's disk, in a window",
  shrinks: 'to half of its window',
  promise: () => 'detected',
  generate: (draw, context) => ({
    node: drawNode(draw, context),
    target: draw.pick(['disk-append *', 'local-write']),
    window: drawWindow(draw, context, 10_000),
  }),
  shrink: shrinkWindow,
  arm(fault, stage) {
    armLocalRule(fault, stage, (plan) => {
      plan.failure = 'ENOSPC: no space left on device';
    });
  },
};
