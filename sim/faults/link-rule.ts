import type { Fault } from '../types/scenario.ts';
import type { Endpoint, Passage, PassagePlan } from '../world/hooks.ts';
import { nodeEndpoint, storeEndpoint } from '../world/network.ts';
import type { Draw } from '../world/random.ts';
import { isIn, textOf } from './address.ts';
import type { FaultContext, FaultStage } from './fault-kind.ts';

/**
 * Does something to each passage of a link while the fault lasts. It is told once for each link, not for each passage. `act` says false
 * when the passage is none that it can hit.
 */
export function armLinkRule(
  fault: Fault,
  { world }: FaultStage,
  isOnLink: (from: Endpoint, to: Endpoint) => boolean,
  act: (plan: PassagePlan, passage: Passage) => boolean | void,
): void {
  const told = new Set<string>();
  world.hooks.link.push((passage, plan) => {
    if (!isIn(fault.window, world.windowMs()) || !isOnLink(passage.from, passage.to)) return;
    if (act(plan, passage) === false) return;
    const link = `${passage.from} -> ${passage.to}`;
    if (told.has(link)) return;
    told.add(link);
    world.fired(fault, link);
  });
}

/** The link that the fault names; `*` at the end of an endpoint stands for anything. */
export function linkOf(fault: Fault): (from: Endpoint, to: Endpoint) => boolean {
  const from = textOf(fault, 'from');
  const to = textOf(fault, 'to');
  return (actualFrom, actualTo) => stands(from, actualFrom) && stands(to, actualTo);
}

function stands(pattern: string, endpoint: Endpoint): boolean {
  return pattern.endsWith('*') ? endpoint.startsWith(pattern.slice(0, -1)) : endpoint === pattern;
}

const everyClient = 'client-*';

/** One way between a node and the store, the clients or another node. */
export function drawLink(draw: Draw, context: FaultContext): { readonly from: Endpoint; readonly to: Endpoint } {
  const node = draw.below(context.nodes);
  const here = nodeEndpoint(node);
  const others = [storeEndpoint, storeEndpoint, everyClient];
  if (context.nodes > 1) others.push(nodeEndpoint((node + 1 + draw.below(context.nodes - 1)) % context.nodes));
  const there = draw.pick(others);
  return draw.chance(0.5) ? { from: here, to: there } : { from: there, to: here };
}
