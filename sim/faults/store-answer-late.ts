import { drawCall, drawNode, numberOf, shrinkNumber } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armStoreRule } from './store-rule.ts';

export const storeAnswerLate: FaultKind = {
  kind: 'store-answer-late',
  port: 'object-store',
  does: 'One call is done by the store at once, and its answer takes long.',
  seen: 'A response lost on its way and sent again at the end of a retransmission timeout that has doubled several times; a proxy that holds a response back.',
  address: 'the nth store call of a target by one node',
  shrinks: 'to an earlier call, less late',
  promise: () => 'masked',
  generate: (draw, context) => ({ node: drawNode(draw, context), ...drawCall(draw), lateMs: draw.between(1, 5_000) }),
  shrink: (fault) => [...shrinkNumber(fault, 'lateMs', 1), ...shrinkNumber(fault, 'nth', 1)],
  arm(fault, stage) {
    armStoreRule(fault, stage, (plan) => {
      plan.extraAnswerMs += numberOf(fault, 'lateMs');
    });
  },
};
