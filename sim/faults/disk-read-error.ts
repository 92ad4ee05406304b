import { drawNode, shrinkNumber } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armLocalRule } from './local-rule.ts';

export const diskReadError: FaultKind = {
  kind: 'disk-read-error',
  port: 'disk',
  does: 'One read fails.',
  seen: 'EIO from a sector that cannot be read any more: Bairavasundaram et al., SIGMETRICS 2007, in 3.5 % of drives within 32 months.',
  address: 'the nth call of a target on the disk of a node',
  shrinks: 'to an earlier call',
  promise: () => 'detected',
  generate: (draw, context) => ({
    node: drawNode(draw, context),
    target: draw.pick(['disk-read *', 'disk-list', 'local-get', 'local-scan']),
    nth: draw.between(1, draw.pick([5, 30])),
  }),
  shrink: (fault) => shrinkNumber(fault, 'nth', 1),
  arm(fault, stage) {
    armLocalRule(fault, stage, (plan) => {
      plan.failure = 'EIO: i/o error, read';
    });
  },
};
