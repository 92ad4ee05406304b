import { drawNode, drawPut, shrinkNumber } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armStoreRule } from './store-rule.ts';

export const storeConflict: FaultKind = {
  kind: 'store-conflict',
  port: 'object-store',
  does: 'One conditional PUT is answered 409: another was under way, nothing was done.',
  seen: 'Amazon S3 answers 409 ConditionalRequestConflict when a delete or another conditional write of the key runs at the same time.',
  address: 'the nth store call of a target by one node',
  shrinks: 'to an earlier call',
  promise: () => 'masked',
  generate: (draw, context) => ({ node: drawNode(draw, context), ...drawPut(draw) }),
  shrink: (fault) => shrinkNumber(fault, 'nth', 1),
  arm(fault, stage) {
    armStoreRule(fault, stage, (plan, call) => {
      if (call.operation.kind !== 'object-put') return false;
      plan.refusal = { kind: 'conflict', code: 'ConditionalRequestConflict', permanent: false, applied: false };
      return true;
    });
  },
};
