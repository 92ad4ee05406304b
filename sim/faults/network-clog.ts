import { drawWindow, shrinkWindow, windowOf } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armLinkRule, drawLink, linkOf } from './link-rule.ts';

export const networkClog: FaultKind = {
  kind: 'network-clog',
  port: 'network',
  does: 'What goes one way of a link waits until the window is over, and then arrives all at once.',
  seen: 'A stalled virtual switch or a live migration of a virtual machine: seconds of silence, then everything.',
  address: 'one way of a link, in a window',
  shrinks: 'to half of its window',
  promise: () => 'masked',
  generate: (draw, context) => ({ ...drawLink(draw, context), window: drawWindow(draw, context, 5000) }),
  shrink: shrinkWindow,
  arm(fault, stage) {
    const { toMs } = windowOf(fault);
    armLinkRule(fault, stage, linkOf(fault), (plan) => {
      // Where the world is frozen as it was, the window never ends.
      const left = toMs - stage.world.nowMs();
      if (left > 0) plan.extraMs += left;
      else plan.lost = true;
    });
  },
};
