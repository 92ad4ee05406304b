import type { Action, Operation } from '../types/scenario.ts';
import type { Draw } from '../world/random.ts';

/**
 * One kind of traffic: a file of its own in this folder, and a line in `index.ts`. It makes plain operations out of chance; what the
 * clients do with them is `sim/client`.
 *
 * Invariant: every value that it writes is written once, so that a checker can tell who wrote what.
 */
export interface Workload {
  readonly name: string;
  readonly does: string;
  generate(draw: (purpose: string) => Draw, context: WorkloadContext): readonly Operation[];
}

export interface WorkloadContext {
  readonly nodes: number;
  /** Operations begin within this time. */
  readonly activeMs: number;
  /** Roughly how many operations are wanted. */
  readonly operations: number;
  /** Leases that no other workload uses: this one and those that follow. */
  readonly firstLease: number;
  /** In front of the ids, and so of what is written: another database's traffic writes other values. Left out: nothing. */
  readonly under?: string;
}

const clientsMax = 4;

/** `count` operations of a workload, spread over its time; each is drawn from a stream of its own. */
export function operationsOf(
  name: string,
  draw: (purpose: string) => Draw,
  context: WorkloadContext,
  count: number,
  actionOf: (draw: Draw, id: string, index: number) => Action,
): readonly Operation[] {
  return Array.from({ length: count }, (_, index) => {
    const drawn = `${name}-${index + 1}`;
    const own = draw(drawn);
    const id = `${context.under ?? ''}${drawn}`;
    const client = `${context.under ?? ''}${name}-${own.below(clientsMax)}`;
    const node = own.below(context.nodes);
    const atMs = own.below(context.activeMs * 1_000) / 1_000;
    return { id, client, node, atMs, action: actionOf(own, id, index) };
  });
}
