import { drawNode, drawWindow, shrinkWindow } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armStoreRule } from './store-rule.ts';

export const storeReadOnly: FaultKind = {
  kind: 'store-read-only',
  port: 'object-store',
  does: 'For a while the store refuses every write of a node, with an error that trying again does not mend.',
  seen: 'A bucket policy or a full quota: MinIO below its free-space limit (XMinioStorageFull), a credential rotated to a read-only role.',
  address: "one node's store calls of a target, in a window",
  shrinks: 'to half of its window',
  promise: () => 'masked',
  generate: (draw, context) => ({
    node: drawNode(draw, context),
    target: '*',
    window: drawWindow(draw, context, 5000),
  }),
  shrink: shrinkWindow,
  arm(fault, stage) {
    armStoreRule(fault, stage, (plan, call) => {
      if (call.operation.kind !== 'object-put' && call.operation.kind !== 'object-delete') return false;
      plan.refusal = { kind: 'refused', code: 'AccessDenied', permanent: true, applied: false };
      return true;
    });
  },
};
