import { drawNode, drawWindow, shrinkWindow } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armStoreRule } from './store-rule.ts';

export const storeUnavailable: FaultKind = {
  kind: 'store-unavailable',
  port: 'object-store',
  does: 'The store answers 503 SlowDown to every call of a node for a while; nothing is done.',
  seen: "Amazon S3's 503 Slow Down while a prefix is being split over more partitions.",
  address: "one node's store calls of a target, in a window",
  shrinks: 'to half of its window',
  promise: () => 'masked',
  generate: (draw, context) => ({
    node: drawNode(draw, context),
    target: '*',
    window: drawWindow(draw, context, 3000),
  }),
  shrink: shrinkWindow,
  arm(fault, stage) {
    armStoreRule(fault, stage, (plan) => {
      plan.refusal = { kind: 'refused', code: 'SlowDown', permanent: false, applied: false };
    });
  },
};
