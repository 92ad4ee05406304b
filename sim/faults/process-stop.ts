import { drawNode, nodeOf, numberOf, shrinkNumber } from './address.ts';
import type { FaultKind } from './fault-kind.ts';

export const processStop: FaultKind = {
  kind: 'process-stop',
  port: 'process',
  does: 'The process is asked to end in an orderly way, and starts again.',
  seen: 'SIGTERM at every rolling update.',
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
    const host = stage.nodes[nodeOf(fault)]!;
    stage.atMs(fault, numberOf(fault, 'atMs'), () => {
      if (host.state() === 'down') return;
      stage.world.fired(fault, `incarnation ${host.incarnation()}`);
      host.stop();
    });
    // One that is still draining by then is left to its supervisor.
    stage.atMs(fault, numberOf(fault, 'atMs') + numberOf(fault, 'restartMs'), () => host.start('kept'));
  },
};
