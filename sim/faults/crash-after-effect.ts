import { drawNode, flagOf, nodeOf, numberOf, shrinkNumber } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { crashAndRestart } from './crash-and-restart.ts';

export const crashAfterEffect: FaultKind = {
  kind: 'crash-after-effect',
  port: 'process',
  does: 'The process dies just after one of its effects was begun; those behind it in the same step never are.',
  seen: 'kill -9, the out-of-memory killer, a panic, at each single point: the bugs of ALICE (Pillai et al., OSDI 2014) lie between two of them.',
  address:
    'a node, which of its lives (from 0), and which effect of it (from 1); `diskLost`: it comes back without its disk',
  shrinks: 'to an earlier effect, an earlier life',
  promise: () => 'masked',
  generate: (draw, context) => ({
    node: drawNode(draw, context),
    incarnation: draw.below(3),
    nth: draw.between(1, draw.pick([30, 300, 3_000])),
    restartMs: draw.between(1, 5_000),
  }),
  shrink: (fault) => [...shrinkNumber(fault, 'incarnation', 0), ...shrinkNumber(fault, 'nth', 1)],
  arm(fault, stage) {
    stage.world.hooks.effect.push({
      node: nodeOf(fault),
      incarnation: numberOf(fault, 'incarnation'),
      nth: numberOf(fault, 'nth'),
      act: () => crashAndRestart(fault, stage, flagOf(fault, 'diskLost') ? 'empty' : 'kept'),
    });
  },
};
