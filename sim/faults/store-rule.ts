import type { CallResult } from '../../src/core/types/event.ts';
import type { Fault } from '../types/scenario.ts';
import type { StoreCall, StorePlan } from '../world/hooks.ts';
import { flipBit } from '../doubles/flip-bit.ts';
import { matcherOf } from './address.ts';
import type { FaultStage } from './fault-kind.ts';

/** Does something to each object store call that the fault hits. `act` says false when the call is none that it can hit. */
export function armStoreRule(
  fault: Fault,
  { world }: FaultStage,
  act: (plan: StorePlan, call: StoreCall) => boolean | void,
): void {
  const hits = matcherOf(fault);
  world.hooks.store.push((call, plan) => {
    if (!hits(call.node, call.target, world.windowMs())) return;
    if (act(plan, call) === false) return;
    world.fired(fault, call.target, call.node);
  });
}

/** Changes the body of a GET that brings one. */
export function changeBody(result: CallResult, change: (body: Uint8Array) => Uint8Array): CallResult {
  if (result.kind !== 'object-get' || result.outcome.kind !== 'ok') return result;
  return { kind: 'object-get', outcome: { ...result.outcome, body: change(result.outcome.body) } };
}

/** Flips the bit that lies this share of the way through the body. */
export function corruptBody(result: CallResult, share: number): CallResult {
  return changeBody(result, (body) => {
    if (body.length > 0) flipBit(body, Math.floor(body.length * 8 * share));
    return body;
  });
}
