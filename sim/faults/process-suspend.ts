import { drawNode, drawWindow, flagOf, nodeOf, shrinkWindow, windowOf } from './address.ts';
import type { FaultKind } from './fault-kind.ts';

export const processSuspend: FaultKind = {
  kind: 'process-suspend',
  port: 'process',
  does: 'The machine sleeps for a while: the process and its monotonic clock stand still, the wall clock goes on.',
  seen: 'CLOCK_MONOTONIC of Linux does not count suspension: a laptop lid, a suspended virtual machine with a clock set on resume.',
  address: 'a node, in a window',
  shrinks: 'to half of its window',
  promise: () => 'masked',
  notWith: ['clock-jump', 'clock-freeze'],
  generate: (draw, context) => ({
    node: drawNode(draw, context),
    window: drawWindow(draw, context, 12_000),
    timersFirst: draw.chance(0.5),
  }),
  shrink: shrinkWindow,
  arm(fault, stage) {
    const { fromMs, toMs } = windowOf(fault);
    const host = stage.nodes[nodeOf(fault)]!;
    stage.atMs(fault, fromMs, () => {
      host.pause();
      host.clock.setFrozen(stage.world.nowMs(), { monotonic: true, wall: false });
      stage.world.fired(fault, `${toMs - fromMs} ms`);
    });
    stage.atMs(fault, toMs, () => {
      host.clock.setFrozen(stage.world.nowMs(), { monotonic: false, wall: false });
      host.rearm();
      host.resume(flagOf(fault, 'timersFirst'));
    });
  },
};
