import { drawNode, drawWindow, numberOf, shrinkNumber, shrinkWindow } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armStoreRule } from './store-rule.ts';

export const storeLateDelete: FaultKind = {
  kind: 'store-late-delete',
  port: 'object-store',
  does: 'A delete is answered as done at once, and done some time after.',
  seen: 'Deletes on replicated or versioned buckets, and lifecycle rules, that take effect long after they were answered.',
  address: "one node's store calls of a target, in a window",
  shrinks: 'to half of its window, less late',
  promise: () => 'masked',
  occasion: 'object-delete',
  generate: (draw, context) => ({
    node: drawNode(draw, context),
    target: 'delete *',
    window: drawWindow(draw, context, 20_000),
    lateMs: draw.between(1, 20_000),
  }),
  shrink: (fault) => [...shrinkWindow(fault), ...shrinkNumber(fault, 'lateMs', 1)],
  arm(fault, stage) {
    armStoreRule(fault, stage, (plan, call) => {
      if (call.operation.kind !== 'object-delete') return false;
      plan.answerBeforeMs = numberOf(fault, 'lateMs');
      return true;
    });
  },
};
