import { drawCall, drawNode, shrinkNumber } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armStoreRule } from './store-rule.ts';

export const storeTimeout: FaultKind = {
  kind: 'store-timeout',
  port: 'object-store',
  does: 'One call never reaches the store; its caller hears nothing until the time is up.',
  seen: 'A load balancer that drops a connection without a word: packets to Amazon S3 lost on a NAT gateway whose 350 s idle timeout had passed.',
  address: 'the nth store call of a target by one node',
  shrinks: 'to an earlier call',
  promise: () => 'masked',
  generate: (draw, context) => ({ node: drawNode(draw, context), ...drawCall(draw) }),
  shrink: (fault) => shrinkNumber(fault, 'nth', 1),
  arm(fault, stage) {
    armStoreRule(fault, stage, (plan) => {
      plan.loseRequest = true;
    });
  },
};
