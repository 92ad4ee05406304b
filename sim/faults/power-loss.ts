import { drawNode, numberOf, shrinkNumber, textOf } from './address.ts';
import type { PowerLoss } from '../doubles/disk.ts';
import type { FaultKind } from './fault-kind.ts';
import { keptWithoutDisks } from './kept.ts';
import { crashAndRestart } from './crash-and-restart.ts';

export const powerLoss: FaultKind = {
  kind: 'power-loss',
  port: 'disk',
  does: 'The machine loses power: what was not synced is lost, torn or written out of order.',
  seen: 'Pillai et al., OSDI 2014: what file systems leave of writes that were not synced; consumer SSDs that lose a cache they called flushed.',
  address: 'a node, at a time',
  shrinks: 'to an earlier time',
  promise: (fault, { topology }) =>
    topology.settings.durability === 'local' && textOf(fault, 'loss') === 'reordered' ? 'detected' : 'masked',
  keeps: keptWithoutDisks,
  generate: (draw, context) => ({
    node: drawNode(draw, context),
    atMs: draw.below(context.activeMs),
    loss: draw.pick(['lost', 'torn', 'reordered']),
    restartMs: draw.between(1, 10_000),
  }),
  shrink: (fault) => shrinkNumber(fault, 'atMs', 0),
  arm(fault, stage) {
    const loss = textOf(fault, 'loss') as PowerLoss['kind'];
    stage.atMs(fault, numberOf(fault, 'atMs'), () => crashAndRestart(fault, stage, 'kept', loss));
  },
};
