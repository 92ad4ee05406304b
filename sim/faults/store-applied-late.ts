import { drawNode, drawPut, numberOf, shrinkNumber } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armStoreRule } from './store-rule.ts';

export const storeAppliedLate: FaultKind = {
  kind: 'store-applied-late',
  port: 'object-store',
  does: 'One call is reported as timed out, and done by the store some time after.',
  seen: 'A request held in a proxy queue or in a kernel buffer behind a stalled link, sent on when the link comes back: a zombie PUT.',
  address: 'the nth store call of a target by one node',
  shrinks: 'to an earlier call, less late',
  promise: () => 'masked',
  generate: (draw, context) => ({ node: drawNode(draw, context), ...drawPut(draw), lateMs: draw.between(1, 12_000) }),
  shrink: (fault) => [...shrinkNumber(fault, 'lateMs', 1), ...shrinkNumber(fault, 'nth', 1)],
  arm(fault, stage) {
    const { storeTimeoutMs } = stage.world.scenario.knobs;
    armStoreRule(fault, stage, (plan) => {
      plan.extraRequestMs = storeTimeoutMs + numberOf(fault, 'lateMs');
    });
  },
};
