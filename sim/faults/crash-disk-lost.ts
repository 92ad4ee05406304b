import { drawNode, numberOf, shrinkNumber } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { keptWithoutDisks } from './kept.ts';
import { crashAndRestart } from './crash-and-restart.ts';

export const crashDiskLost: FaultKind = {
  kind: 'crash-disk-lost',
  port: 'process',
  does: 'The process dies with its disk, and another one starts on an empty one.',
  seen: 'Instance store of a terminated EC2 machine, an emptyDir of a deleted pod.',
  address: 'a node, at a time',
  shrinks: 'to an earlier time',
  promise: (_fault, { topology }) => (topology.settings.durability === 'local' ? 'beyond' : 'masked'),
  keeps: keptWithoutDisks,
  generate: (draw, context) => ({
    node: drawNode(draw, context),
    atMs: draw.below(context.activeMs),
    restartMs: draw.between(1, 10_000),
  }),
  shrink: (fault) => shrinkNumber(fault, 'atMs', 0),
  arm(fault, stage) {
    stage.atMs(fault, numberOf(fault, 'atMs'), () => crashAndRestart(fault, stage, 'empty'));
  },
};
