import { drawGet, drawNode, numberOf, shrinkNumber } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armStoreRule, changeBody } from './store-rule.ts';

export const storeBodyTruncated: FaultKind = {
  kind: 'store-body-truncated',
  port: 'object-store',
  does: 'One GET brings only the beginning of the object.',
  seen: 'A connection closed early that a client takes for the end of the body: aws-sdk and proxies that do not compare Content-Length.',
  address: 'the nth store call of a target by one node',
  shrinks: 'to an earlier call',
  promise: () => 'masked',
  generate: (draw, context) => ({ node: drawNode(draw, context), ...drawGet(draw), keep: draw.unit() }),
  shrink: (fault) => shrinkNumber(fault, 'nth', 1),
  arm(fault, stage) {
    armStoreRule(fault, stage, (plan, call) => {
      if (call.operation.kind !== 'object-get') return false;
      plan.changeResult = (result) =>
        changeBody(result, (body) => body.slice(0, Math.floor(body.length * numberOf(fault, 'keep'))));
      return true;
    });
  },
};
