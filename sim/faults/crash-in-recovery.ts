import { drawNode, nodeOf, numberOf, shrinkNumber } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { crashAndRestart } from './crash-and-restart.ts';

export const crashInRecovery: FaultKind = {
  kind: 'crash-in-recovery',
  port: 'process',
  does: 'The process dies, and dies again each time it recovers, so many effects after its start.',
  seen: 'Crash loops: recovery code runs rarely and is tested least; a node that is killed by its liveness probe while it replays.',
  address: 'a node, when it first dies, how many effects each recovery gets, and how often',
  shrinks: 'to fewer times, an earlier effect',
  promise: () => 'masked',
  generate: (draw, context) => ({
    node: drawNode(draw, context),
    atMs: draw.below(context.activeMs),
    nth: draw.between(1, 60),
    times: draw.between(1, 3),
    restartMs: draw.between(1, 2_000),
  }),
  shrink: (fault) => [...shrinkNumber(fault, 'times', 1), ...shrinkNumber(fault, 'nth', 1)],
  arm(fault, stage) {
    const host = stage.nodes[nodeOf(fault)]!;
    const dieAgain = (times: number) => {
      if (times > 0) {
        stage.world.hooks.effect.push({
          node: host.node,
          incarnation: host.incarnation() + 1,
          nth: numberOf(fault, 'nth'),
          act: () => dieAgain(times - 1),
        });
      }
      crashAndRestart(fault, stage);
    };
    stage.atMs(fault, numberOf(fault, 'atMs'), () => dieAgain(numberOf(fault, 'times')));
  },
};
