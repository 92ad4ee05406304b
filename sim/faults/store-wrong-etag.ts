import { drawNode, drawPut, shrinkNumber } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armStoreRule } from './store-rule.ts';

export const storeWrongEtag: FaultKind = {
  kind: 'store-wrong-etag',
  port: 'object-store',
  does: 'One PUT is done and answered with an ETag that the object does not have.',
  seen: 'S3-compatible stores that answer a multipart or an encrypted PUT with another ETag than they list and compare afterwards.',
  address: 'the nth store call of a target by one node',
  shrinks: 'to an earlier call',
  promise: () => 'masked',
  generate: (draw, context) => ({ node: drawNode(draw, context), ...drawPut(draw) }),
  shrink: (fault) => shrinkNumber(fault, 'nth', 1),
  arm(fault, stage) {
    armStoreRule(fault, stage, (plan, call) => {
      if (call.operation.kind !== 'object-put') return false;
      plan.changeResult = (result) =>
        result.kind === 'object-put' && result.outcome.kind === 'ok'
          ? { kind: 'object-put', outcome: { kind: 'ok', etag: `"wrong-${fault.id}"` } }
          : result;
      return true;
    });
  },
};
