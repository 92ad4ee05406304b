import { drawNode, drawWindow, shrinkWindow } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armStoreRule } from './store-rule.ts';

export const storePermissionLost: FaultKind = {
  kind: 'store-permission-lost',
  port: 'object-store',
  does: 'For a while the store refuses every call of a node, with an error that trying again does not mend.',
  seen: 'Expired session credentials (ExpiredToken), a revoked key, a clock too far off for a signature (RequestTimeTooSkewed).',
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
    armStoreRule(fault, stage, (plan) => {
      plan.refusal = { kind: 'refused', code: 'AccessDenied', permanent: true, applied: false };
    });
  },
};
