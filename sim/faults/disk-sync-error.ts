import { drawNode, shrinkNumber } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armLocalRule } from './local-rule.ts';

export const diskSyncError: FaultKind = {
  kind: 'disk-sync-error',
  port: 'disk',
  does: 'One sync fails; the pages count as clean from then on and never reach the disk.',
  seen: "PostgreSQL's fsyncgate of 2018: Linux reports a write-back error once and drops the pages.",
  address: 'the nth call of a target on the disk of a node',
  shrinks: 'to an earlier call',
  promise: () => 'detected',
  generate: (draw, context) => ({
    node: drawNode(draw, context),
    target: draw.pick(['disk-append *']),
    nth: draw.between(1, draw.pick([5, 200])),
  }),
  shrink: (fault) => shrinkNumber(fault, 'nth', 1),
  arm(fault, stage) {
    armLocalRule(fault, stage, (plan) => {
      plan.failure = 'EIO: i/o error, fsync';
      plan.syncFailed = true;
    });
  },
};
