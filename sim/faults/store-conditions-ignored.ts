import { drawNode, drawWindow, shrinkWindow } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armStoreRule } from './store-rule.ts';

export const storeConditionsIgnored: FaultKind = {
  kind: 'store-conditions-ignored',
  port: 'object-store',
  does: 'The store does every PUT of a node for a while, whatever its condition says.',
  seen: 'S3-compatible stores that ignore If-None-Match and If-Match: several until 2024, and gateways that strip headers they do not know.',
  address: "one node's store calls of a target, in a window",
  shrinks: 'to half of its window',
  // The log itself rests on conditions: two reigns may fill one slot, and nothing is left to claim.
  promise: () => 'beyond',
  // A condition keeps two reigns apart: the former leader has to come back.
  along: ['process-pause'],
  generate: (draw, context) => ({
    node: drawNode(draw, context),
    target: 'put *',
    window: drawWindow(draw, context, 10000),
  }),
  shrink: shrinkWindow,
  arm(fault, stage) {
    armStoreRule(fault, stage, (plan, call) => {
      if (call.operation.kind !== 'object-put') return false;
      plan.ignoreCondition = true;
      return true;
    });
  },
};
