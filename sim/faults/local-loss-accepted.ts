import { drawNode, flagOf, nodeOf, numberOf, shrinkNumber, withParameter } from './address.ts';
import type { FaultKind, FaultStage } from './fault-kind.ts';
import type { Fault } from '../types/scenario.ts';
import type { NodeHost } from '../world/node-host.ts';

const looksEveryMs = 50;

export const localLossAccepted: FaultKind = {
  kind: 'local-loss-accepted',
  port: 'process',
  does: 'All nodes die just after one appended to its local log; an operator starts another one with --accept-local-loss, and the others when that one leads. Later perhaps the same the other way round.',
  seen: 'etcd --force-new-cluster on the only machine at hand, while the disk with the newest writes is away; then it comes back.',
  address: 'the node that goes on, after which append of which time on, and whether it goes back',
  shrinks: 'to an earlier time, a later append, no way back',
  likely: ({ nodes, settings }) => (settings.durability === 'local' && nodes > 1 ? 0.5 : undefined),
  promise: () => 'masked',
  generate: (draw, context) => ({
    node: drawNode(draw, context),
    atMs: draw.below(context.activeMs),
    nth: draw.between(1, 10),
    patienceMs: draw.between(5_000, 40_000),
    back: draw.chance(0.7),
    backMs: draw.between(1, draw.pick([100, 1_000, 5_000])),
  }),
  shrink: (fault) => [
    ...(flagOf(fault, 'back') ? [withParameter(fault, 'back', false)] : []),
    ...shrinkNumber(fault, 'atMs', 0),
    ...shrinkNumber(fault, 'nth', 1),
  ],
  arm(fault, stage) {
    const { world } = stage;
    const fromMs = numberOf(fault, 'atMs');
    let appends = 0;
    world.hooks.local.push(({ node, target }) => {
      if (!target.startsWith('disk-append') || world.nowMs() < fromMs) return;
      appends += 1;
      // Not at once: the append is to be on its way, and perhaps done and answered.
      if (appends === numberOf(fault, 'nth')) world.after(looksEveryMs, () => goOn(fault, stage, node));
    });
  },
};

/** An operator does one such thing at a time. */
const deciding = new WeakSet<FaultStage['world']>();

function goOn(fault: Fault, stage: FaultStage, leader: number): void {
  const { world, nodes } = stage;
  const isBegun = nodes.every((host) => host.incarnation() >= 0);
  if (deciding.has(world) || isOver(stage) || !isBegun) return;
  const chosen = nodeOf(fault) === leader ? (leader + 1) % nodes.length : nodeOf(fault);
  deciding.add(world);
  world.fired(fault, `node ${chosen} goes on without the disk of node ${leader}`);
  decide(fault, stage, nodes[chosen]!, () => {
    if (!flagOf(fault, 'back')) {
      deciding.delete(world);
      return;
    }
    world.after(numberOf(fault, 'backMs'), () => {
      if (!isOver(stage)) decide(fault, stage, nodes[leader]!, () => deciding.delete(world));
    });
  });
}

function isOver({ world, nodes }: FaultStage): boolean {
  return nodes.some(({ node }) => world.isHealed(node));
}

function decide(fault: Fault, stage: FaultStage, chosen: NodeHost, done: () => void): void {
  const { world, nodes } = stage;
  for (const host of nodes) host.crash(fault.id, undefined);
  chosen.start('kept', true);
  look(stage, chosen, world.nowMs() + numberOf(fault, 'patienceMs'), done);
}

/**
 * The word is good only while every other node is down: one that leads meanwhile, and is taken over from by that word, would go on
 * acknowledging from its disk. So it is taken back when another one is up, and when it has not helped in time.
 */
function look(stage: FaultStage, chosen: NodeHost, untilMs: number, done: () => void): void {
  const { world, nodes } = stage;
  world.after(looksEveryMs, () => {
    if (isOver(stage)) return;
    const others = nodes.filter((host) => host !== chosen);
    const leads = chosen.role() === 'leader';
    const isAlone = others.every((host) => host.state() === 'down');
    if (!leads && isAlone && chosen.state() !== 'down' && world.nowMs() < untilMs) {
      look(stage, chosen, untilMs, done);
      return;
    }
    if (!leads) {
      chosen.crash('local-loss-not-accepted', undefined);
      chosen.start('kept');
    }
    for (const host of others) host.start('kept');
    done();
  });
}
