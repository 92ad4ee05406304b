import { drawNode, drawPut, flagOf, numberOf, shrinkNumber } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armStoreRule } from './store-rule.ts';

export const storeDuplicated: FaultKind = {
  kind: 'store-duplicated',
  port: 'object-store',
  does: 'One PUT reaches the store twice; the caller gets either answer, the second saying that the condition did not hold.',
  seen: 'Retries inside SDKs and proxies: the AWS SDKs try three times by default, so an application sees 412 for its own first attempt.',
  address: 'the nth store call of a target by one node',
  shrinks: 'to an earlier call, twice at once',
  promise: () => 'masked',
  generate: (draw, context) => ({
    node: drawNode(draw, context),
    ...drawPut(draw),
    laterMs: draw.between(0, 5_000),
    secondAnswer: draw.chance(0.5),
  }),
  shrink: (fault) => [...shrinkNumber(fault, 'laterMs', 0), ...shrinkNumber(fault, 'nth', 1)],
  arm(fault, stage) {
    armStoreRule(fault, stage, (plan) => {
      plan.duplicateMs = numberOf(fault, 'laterMs');
      plan.answerOfDuplicate = flagOf(fault, 'secondAnswer');
    });
  },
};
