import { drawCall, drawNode, shrinkNumber } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armStoreRule } from './store-rule.ts';

export const storeAnswerLost: FaultKind = {
  kind: 'store-answer-lost',
  port: 'object-store',
  does: 'One call is done by the store, and its answer is lost.',
  seen: "The classic of S3 as a commit log: a PUT with If-None-Match that succeeded, a connection reset before the answer, and a retry that gets 412 for one's own object.",
  address: 'the nth store call of a target by one node',
  shrinks: 'to an earlier call',
  promise: () => 'masked',
  generate: (draw, context) => ({ node: drawNode(draw, context), ...drawCall(draw) }),
  shrink: (fault) => shrinkNumber(fault, 'nth', 1),
  arm(fault, stage) {
    armStoreRule(fault, stage, (plan) => {
      plan.loseAnswer = true;
    });
  },
};
