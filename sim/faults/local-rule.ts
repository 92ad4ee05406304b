import type { Fault } from '../types/scenario.ts';
import type { LocalPlan } from '../world/hooks.ts';
import { matcherOf } from './address.ts';
import type { FaultStage } from './fault-kind.ts';

/** Does something to each call on a node's disk or local store that the fault hits. */
export function armLocalRule(fault: Fault, { world }: FaultStage, act: (plan: LocalPlan) => void): void {
  const hits = matcherOf(fault);
  world.hooks.local.push((call, plan) => {
    if (!hits(call.node, call.target, world.windowMs())) return;
    act(plan);
    world.fired(fault, call.target, call.node);
  });
}
