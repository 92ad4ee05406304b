import type { PowerLoss } from '../doubles/disk.ts';
import type { Fault } from '../types/scenario.ts';
import { nodeOf, numberOf } from './address.ts';
import type { FaultStage } from './fault-kind.ts';

/** Kills the fault's node and starts it again `restartMs` later, or not at all where that is 0. */
export function crashAndRestart(
  fault: Fault,
  stage: FaultStage,
  disk: 'kept' | 'empty' | 'old' = 'kept',
  loss?: PowerLoss['kind'],
): void {
  const host = stage.nodes[nodeOf(fault)]!;
  const { world } = stage;
  if (host.state() === 'down' || world.isHealed(host.node)) return;
  world.fired(fault, `incarnation ${host.incarnation()}, after effect ${host.effectsOf.at(-1) ?? 0}`);
  host.crash(fault.id, loss);
  const restartMs = numberOf(fault, 'restartMs');
  if (restartMs > 0) world.after(restartMs, () => host.start(disk));
}
