import { drawNode, flagOf, shrinkNumber } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armLocalRule } from './local-rule.ts';

export const diskWriteError: FaultKind = {
  kind: 'disk-write-error',
  port: 'disk',
  does: 'One write fails, after all or nothing of it was done.',
  seen: 'EIO from a dying drive.',
  address: 'the nth call of a target on the disk of a node',
  shrinks: 'to an earlier call',
  promise: () => 'detected',
  generate: (draw, context) => ({
    node: drawNode(draw, context),
    target: draw.pick(['disk-append *', 'local-write', 'disk-remove *']),
    nth: draw.between(1, draw.pick([5, 200])),
    applied: draw.chance(0.5),
  }),
  shrink: (fault) => shrinkNumber(fault, 'nth', 1),
  arm(fault, stage) {
    armLocalRule(fault, stage, (plan) => {
      plan.failure = 'EIO: i/o error, write';
      plan.appliedAlthoughFailed = flagOf(fault, 'applied');
    });
  },
};
