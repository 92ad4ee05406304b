import { drawNode, drawWindow, flagOf, nodeOf, shrinkWindow, windowOf } from './address.ts';
import type { FaultKind } from './fault-kind.ts';

export const processPause: FaultKind = {
  kind: 'process-pause',
  port: 'process',
  does: 'The process is stopped for a while; both clocks go on.',
  seen: 'SIGSTOP, a long garbage collection, a container over its CPU quota: the client of Kleppmann\'s "How to do distributed locking" that wakes up after its lease.',
  address: 'a node, in a window',
  shrinks: 'to half of its window',
  promise: () => 'masked',
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
      stage.world.fired(fault, `${toMs - fromMs} ms`);
    });
    stage.atMs(fault, toMs, () => {
      host.resume(flagOf(fault, 'timersFirst'));
    });
  },
};
