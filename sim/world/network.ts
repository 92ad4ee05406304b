import type { Latency } from '../types/scenario.ts';
import type { Endpoint, Passage, PassagePlan } from './hooks.ts';
import type { World } from './world.ts';

export const storeEndpoint: Endpoint = 'store';

export function nodeEndpoint(node: number): Endpoint {
  return `node-${node}`;
}

export function clientEndpoint(client: string): Endpoint {
  return `client-${client}`;
}

/** Undefined: the endpoint is no node. */
export function nodeOfEndpoint(endpoint: Endpoint): number | undefined {
  return endpoint.startsWith('node-') ? Number(endpoint.slice(5)) : undefined;
}

/**
 * How long something takes from here to there, or that it gets lost. Once a scenario heals, nothing befalls a healed node's way to the
 * store, to clients and to other healed nodes.
 */
export function passageOf(world: World, latency: Latency, passage: Passage): PassagePlan {
  const plan: PassagePlan = {
    lost: false,
    extraMs: world.latency(latency, passage.key, passage.count),
    duplicateMs: undefined,
  };
  if (isCutOff(world, passage)) {
    plan.lost = true;
    return plan;
  }
  const rules = world.hooks.link;
  if (rules.length === 0 || isSpared(world, passage)) return plan;
  for (const rule of rules) rule(passage, plan);
  return plan;
}

/** Once a scenario has healed, those that it did not heal never reach the store or another node again. */
function isCutOff(world: World, { from, to }: Passage): boolean {
  if (from.startsWith('client-') || to.startsWith('client-')) return false;
  const sender = nodeOfEndpoint(from);
  const receiver = nodeOfEndpoint(to);
  return (sender !== undefined && world.isFrozen(sender)) || (receiver !== undefined && world.isFrozen(receiver));
}

function isSpared(world: World, { from, to }: Passage): boolean {
  const sender = nodeOfEndpoint(from);
  const receiver = nodeOfEndpoint(to);
  return (sender === undefined || world.isHealed(sender)) && (receiver === undefined || world.isHealed(receiver));
}
