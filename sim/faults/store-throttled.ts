import { drawNode, drawWindow, shrinkWindow } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armStoreRule } from './store-rule.ts';

export const storeThrottled: FaultKind = {
  kind: 'store-throttled',
  port: 'object-store',
  does: 'The store answers 429 to every call of a node for a while; nothing is done.',
  seen: 'Cloudflare R2 and Google Cloud Storage answer 429 beyond about one write a second to one object.',
  address: "one node's store calls of a target, in a window",
  shrinks: 'to half of its window',
  promise: () => 'masked',
  generate: (draw, context) => ({
    node: drawNode(draw, context),
    target: '*',
    window: drawWindow(draw, context, 2000),
  }),
  shrink: shrinkWindow,
  arm(fault, stage) {
    armStoreRule(fault, stage, (plan) => {
      plan.refusal = { kind: 'refused', code: 'TooManyRequests', permanent: false, applied: false };
    });
  },
};
