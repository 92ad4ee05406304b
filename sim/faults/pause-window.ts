import type { Fault } from '../types/scenario.ts';
import type { NodeClock } from '../world/node-clock.ts';
import { drawNode, drawWindow, flagOf, nodeOf, shrinkWindow, windowOf } from './address.ts';
import type { FaultKind, FaultStage } from './fault-kind.ts';

/** What stands still with the process. */
type Frozen = Parameters<NodeClock['setFrozen']>[1];

const lengthMsMax = 12_000;

/** A process that stands still in a window, however it came to that: its address, its smaller forms, and what it wakes up to. */
export const pauseWindow = {
  address: 'a node, in a window',
  shrinks: 'to half of its window',
  generate: (draw, context) => ({
    node: drawNode(draw, context),
    window: drawWindow(draw, context, lengthMsMax),
    timersFirst: draw.chance(0.5),
  }),
  shrink: shrinkWindow,
} satisfies Partial<FaultKind>;

/** `frozen` left out: both clocks go on. */
export function armPause(fault: Fault, stage: FaultStage, frozen?: Frozen): void {
  const { fromMs, toMs } = windowOf(fault);
  const { world } = stage;
  const host = stage.nodes[nodeOf(fault)]!;
  stage.atMs(fault, fromMs, () => {
    host.pause();
    if (frozen !== undefined) host.clock.setFrozen(world.nowMs(), frozen);
    world.fired(fault, `${toMs - fromMs} ms`);
  });
  stage.atMs(fault, toMs, () => {
    if (frozen !== undefined) {
      host.clock.setFrozen(world.nowMs(), { monotonic: false, wall: false });
      host.rearm();
    }
    host.resume(flagOf(fault, 'timersFirst'));
  });
}
