import type { Action, Operation } from '../types/scenario.ts';
import type { Draw } from '../world/random.ts';

/**
 * Clients that keep to one node each, dense enough to be there in the moment that matters. Who leaves a node that does not answer never sees
 * what it would have told; incidents have clients that try once.
 */
export interface Traffic {
  readonly name: string;
  readonly node: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly everyMs: number;
}

/** Few, so that what one client writes another one reads. */
const registers = 2;

export function readers(draw: (purpose: string) => Draw, traffic: Traffic): readonly Operation[] {
  return spread(draw, traffic, (own, _id, key) => {
    if (own.chance(0.8)) return { kind: 'request', request: { kind: 'range', key } };
    // A compare that fails, and an else branch that only reads, rest on the same ground as a read.
    const request = {
      kind: 'txn',
      compare: [{ key, target: { kind: 'value', value: 'nobody' } }],
      success: [{ kind: 'delete-range', key }],
      failure: [{ kind: 'range', key }],
    } as const;
    return { kind: 'request', request };
  });
}

export function writers(draw: (purpose: string) => Draw, traffic: Traffic): readonly Operation[] {
  return spread(draw, traffic, (_own, value, key) => ({ kind: 'request', request: { kind: 'put', key, value } }));
}

function spread(
  draw: (purpose: string) => Draw,
  { name, node, fromMs, toMs, everyMs }: Traffic,
  actionOf: (draw: Draw, id: string, key: string) => Action,
): readonly Operation[] {
  const count = Math.max(0, Math.floor((toMs - fromMs) / everyMs));
  return Array.from({ length: count }, (_, index) => {
    const id = `${name}-${node}-${index + 1}`;
    const own = draw(id);
    const atMs = Math.floor((fromMs + (index + own.unit()) * everyMs) * 1_000) / 1_000;
    return { id, client: `${name}-${node}`, node, atMs, action: actionOf(own, id, `register/${own.below(registers)}`) };
  });
}

/** Everything that a branch holds, asked of whichever of its nodes serves it. */
export function readAll(branch: string, atMs: number): Operation {
  const request = { kind: 'range', key: '\0', rangeEnd: '\0' } as const;
  return { id: `all-${branch}`, client: 'visitor', node: 0, atMs, action: { kind: 'request', request }, branch };
}
