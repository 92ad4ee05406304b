import { drawCall, drawNode, flagOf, shrinkNumber } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armStoreRule } from './store-rule.ts';

export const storeInternalError: FaultKind = {
  kind: 'store-internal-error',
  port: 'object-store',
  does: 'The store answers 500 to one call, which it may have done all the same.',
  seen: 'Amazon S3 documents 500 InternalError as retryable and says nothing of what was done; MinIO answers 500 when a quorum of drives fails after some wrote.',
  address: 'the nth store call of a target by one node',
  shrinks: 'to an earlier call',
  promise: () => 'masked',
  generate: (draw, context) => ({ node: drawNode(draw, context), ...drawCall(draw), applied: draw.chance(0.5) }),
  shrink: (fault) => shrinkNumber(fault, 'nth', 1),
  arm(fault, stage) {
    armStoreRule(fault, stage, (plan) => {
      plan.refusal = { kind: 'unknown', code: 'InternalError', permanent: false, applied: flagOf(fault, 'applied') };
    });
  },
};
