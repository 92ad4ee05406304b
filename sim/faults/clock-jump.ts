import { drawNode, nodeOf, numberOf, shrinkNumber } from './address.ts';
import type { FaultKind } from './fault-kind.ts';

export const clockJump: FaultKind = {
  kind: 'clock-jump',
  port: 'clock',
  does: "A node's wall clock is set forward or back while it runs.",
  seen: 'NTP steps after a long outage, operators with date(1), leap second of June 2012.',
  address: 'a node, at a time',
  shrinks: 'to an earlier time',
  promise: () => 'masked',
  // A wall clock that is set back hides that the monotonic one stood still: then no clock of the machine tells.
  notWith: ['process-suspend', 'clock-freeze'],
  generate: (draw, context) => ({
    node: drawNode(draw, context),
    atMs: draw.below(context.activeMs),
    byMs: draw.between(-20_000, 20_000),
  }),
  shrink: (fault) => shrinkNumber(fault, 'atMs', 0),
  arm(fault, stage) {
    const host = stage.nodes[nodeOf(fault)]!;
    stage.atMs(fault, numberOf(fault, 'atMs'), () => {
      host.clock.jumpWall(stage.world.nowMs(), numberOf(fault, 'byMs'));
      stage.world.fired(fault, `${numberOf(fault, 'byMs')} ms`);
    });
  },
};
