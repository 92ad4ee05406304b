import { drawNode, drawWindow, flagOf, nodeOf, shrinkWindow, windowOf } from './address.ts';
import type { FaultKind } from './fault-kind.ts';

export const processSnapshotResumed: FaultKind = {
  kind: 'process-snapshot-resumed',
  port: 'process',
  does: 'The machine is frozen by its hypervisor and goes on as if no time had passed, on either clock.',
  seen: 'vMotion and restored snapshots without guest tools that set the clock.',
  address: 'a node, in a window',
  shrinks: 'to half of its window',
  promise: () => 'beyond',
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
      host.clock.setFrozen(stage.world.nowMs(), { monotonic: true, wall: true });
      stage.world.fired(fault, `${toMs - fromMs} ms`);
    });
    stage.atMs(fault, toMs, () => {
      host.clock.setFrozen(stage.world.nowMs(), { monotonic: false, wall: false });
      host.rearm();
      host.resume(flagOf(fault, 'timersFirst'));
    });
  },
};
