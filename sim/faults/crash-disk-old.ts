import { drawNode, nodeOf, numberOf, shrinkNumber } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { keptWithoutDisks } from './kept.ts';
import { crashAndRestart } from './crash-and-restart.ts';

export const crashDiskOld: FaultKind = {
  kind: 'crash-disk-old',
  port: 'process',
  does: 'The process dies, and starts again with an old copy of its disk.',
  seen: 'A restored virtual machine snapshot or a volume cloned from last week: the way in which etcd members lost writes they had acknowledged.',
  address: 'a node, when its disks are copied and when it dies',
  shrinks: 'to an earlier time',
  promise: (_fault, { topology }) => (topology.settings.durability === 'local' ? 'beyond' : 'masked'),
  keeps: keptWithoutDisks,
  generate: (draw, context) => ({
    node: drawNode(draw, context),
    copyAtMs: draw.below(context.activeMs),
    atMs: draw.below(context.activeMs),
    restartMs: draw.between(1, 10_000),
  }),
  shrink: (fault) => shrinkNumber(fault, 'atMs', 0),
  arm(fault, stage) {
    stage.atMs(fault, Math.min(numberOf(fault, 'copyAtMs'), numberOf(fault, 'atMs')), () => {
      stage.nodes[nodeOf(fault)]!.copyDisks();
    });
    stage.atMs(fault, numberOf(fault, 'atMs'), () => crashAndRestart(fault, stage, 'old'));
  },
};
