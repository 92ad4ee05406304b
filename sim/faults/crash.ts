import { drawNode, numberOf, shrinkNumber } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { crashAndRestart } from './crash-and-restart.ts';

export const crash: FaultKind = {
  kind: 'crash',
  port: 'process',
  does: 'The process dies, and starts again with its disk.',
  seen: 'Every deployment, every eviction of a pod.',
  address: 'a node, at a time',
  shrinks: 'to an earlier time',
  promise: () => 'masked',
  generate: (draw, context) => ({
    node: drawNode(draw, context),
    atMs: draw.below(context.activeMs),
    restartMs: draw.between(1, 10_000),
  }),
  shrink: (fault) => shrinkNumber(fault, 'atMs', 0),
  arm(fault, stage) {
    stage.atMs(fault, numberOf(fault, 'atMs'), () => crashAndRestart(fault, stage));
  },
};
