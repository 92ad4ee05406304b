import { drawNode, drawWindow, nodeOf, numberOf, shrinkWindow, windowOf } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { keptWithoutClocks } from './kept.ts';

export const clockRate: FaultKind = {
  kind: 'clock-rate',
  port: 'clock',
  does: "A node's clocks run fast or slow for a while.",
  seen: 'Crystals err by some 0.01 %; a time daemon that catches up corrects by up to 8.3 % (the default bound of chrony), and virtual machines have run worse.',
  address: 'a node, in a window',
  shrinks: 'to half of its window',
  promise: (fault) => (Math.abs(numberOf(fault, 'rate') - 1) <= 0.083 ? 'masked' : 'beyond'),
  keeps: keptWithoutClocks,
  generate: (draw, context) => ({
    node: drawNode(draw, context),
    window: drawWindow(draw, context, 60_000),
    rate: 1 + draw.between(-80, 80) / 1_000,
  }),
  shrink: shrinkWindow,
  arm(fault, stage) {
    const { fromMs, toMs } = windowOf(fault);
    const host = stage.nodes[nodeOf(fault)]!;
    const run = (rate: number) => {
      host.clock.setRate(stage.world.nowMs(), rate);
      host.rearm();
    };
    stage.atMs(fault, fromMs, () => {
      run(numberOf(fault, 'rate'));
      stage.world.fired(fault, `rate ${numberOf(fault, 'rate')}`);
    });
    stage.atMs(fault, toMs, () => run(1));
  },
};
