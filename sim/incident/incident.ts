import type { Fault, Knobs, NodeSettings, Operation } from '../types/scenario.ts';
import type { Draw } from '../world/random.ts';

/**
 * One course of events in which several things go wrong together, each at the moment when it matters: a file of its own in this folder,
 * and a line in `index.ts`.
 *
 * Invariants:
 * - Times are measured in leases on leadership: whatever a change of leaders can break, it breaks within a few of them.
 * - What it comes to is faults and operations like all others, each addressed by itself; nothing of the incident is left in the scenario.
 * - It stays within what the protocol promises.
 */
export interface Incident {
  readonly name: string;
  readonly does: string;
  generate(draw: (purpose: string) => Draw, context: IncidentContext): IncidentCourse;
}

export interface IncidentContext {
  /** At least two. The first starts before the others, and most likely leads until something happens to it. */
  readonly nodes: number;
  readonly leaseMs: number;
  readonly logInflightMax: number;
  /** All nodes are up by then, and nothing has happened yet. */
  readonly fromMs: number;
}

export interface IncidentCourse {
  readonly faults: readonly Fault[];
  readonly operations: readonly Operation[];
  /** All of it has happened by then. */
  readonly toMs: number;
  readonly settings?: Partial<NodeSettings>;
  readonly knobs?: Partial<Knobs>;
}

/** The node that leads at first. */
export const leader = 0;

export function othersOf({ nodes }: IncidentContext): readonly number[] {
  return Array.from({ length: nodes - 1 }, (_, index) => index + 1);
}
