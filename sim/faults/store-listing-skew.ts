import { drawNode, drawWindow, numberOf, shrinkNumber, shrinkWindow } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armStoreRule } from './store-rule.ts';
import { storeWallStartMs } from '../world/world.ts';

export const storeListingSkew: FaultKind = {
  kind: 'store-listing-skew',
  port: 'object-store',
  does: 'Lists made for a while do not show what was put just before.',
  seen: 'Swift and older S3-compatible stores list from another replica than they read; Amazon S3 itself did until December 2020.',
  address: "one node's store calls of a target, in a window",
  shrinks: 'to half of its window, less skewed',
  promise: () => 'masked',
  generate: (draw, context) => ({
    node: drawNode(draw, context),
    target: 'list *',
    window: drawWindow(draw, context, 10_000),
    skewMs: draw.between(1, 3_000),
  }),
  shrink: (fault) => [...shrinkWindow(fault), ...shrinkNumber(fault, 'skewMs', 1)],
  arm(fault, stage) {
    armStoreRule(fault, stage, (plan, call) => {
      if (call.operation.kind !== 'object-list') return false;
      plan.changeResult = (result) => {
        if (result.kind !== 'object-list' || result.outcome.kind !== 'ok') return result;
        const seenMs = storeWallStartMs + stage.world.nowMs() - numberOf(fault, 'skewMs');
        const objects = result.outcome.objects.filter((object) => object.lastModifiedMs <= seenMs);
        return { kind: 'object-list', outcome: { ...result.outcome, objects } };
      };
      return true;
    });
  },
};
