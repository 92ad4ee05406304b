import { drawNode, nodeOf, numberOf, shrinkNumber, textOf } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { keptWithoutDisks } from './kept.ts';

export const diskBitRot: FaultKind = {
  kind: 'disk-bit-rot',
  port: 'disk',
  does: "A bit flips in a node's local store or in its files.",
  seen: 'Silent corruption: CERN found one in some 10^7 files in 2007, and Bairavasundaram et al., FAST 2008, 400,000 blocks in 41 months.',
  address: 'a node, at a time',
  shrinks: 'to an earlier time',
  diskForgets: true,
  promise: (fault, { topology }) =>
    topology.settings.durability === 'local' && textOf(fault, 'where') === 'files' ? 'beyond' : 'detected',
  keeps: keptWithoutDisks,
  generate: (draw, context) => ({
    node: drawNode(draw, context),
    atMs: draw.below(context.activeMs),
    where: draw.pick(['local-store', 'files']),
  }),
  shrink: (fault) => shrinkNumber(fault, 'atMs', 0),
  arm(fault, stage) {
    const host = stage.nodes[nodeOf(fault)]!;
    const where = textOf(fault, 'where');
    stage.atMs(fault, numberOf(fault, 'atMs'), () => {
      const draw = stage.draw(fault, 'bit');
      const rotted = where === 'files' ? host.disk().rot(draw.below) : host.local().rot(draw.below);
      if (rotted) stage.world.fired(fault, where);
    });
  },
};
