import { drawNode, nodeOf, numberOf, withParameter } from './address.ts';
import type { FaultKind } from './fault-kind.ts';

export const clockOffset: FaultKind = {
  kind: 'clock-offset',
  port: 'clock',
  does: "A node's wall clock is wrong from the start, by seconds or years.",
  seen: 'Machines that boot without a battery-backed clock come up in 1970; a wrong time zone in the BIOS is hours off.',
  address: 'a node',
  shrinks: 'to a smaller offset',
  promise: () => 'masked',
  generate: (draw, context) => ({
    node: drawNode(draw, context),
    byMs: draw.pick([-31_536_000_000, -86_400_000, -5_000, 5_000, 86_400_000, 31_536_000_000]),
  }),
  shrink: (fault) => (numberOf(fault, 'byMs') === 5_000 ? [] : [withParameter(fault, 'byMs', 5_000)]),
  arm(fault, stage) {
    const host = stage.nodes[nodeOf(fault)]!;
    stage.atMs(fault, 0, () => {
      host.clock.jumpWall(0, numberOf(fault, 'byMs'));
      stage.world.fired(fault, `${numberOf(fault, 'byMs')} ms`);
    });
  },
};
