import type { Action, Fault, NodeSettings, Operation, Scenario, Window } from '../types/scenario.ts';
import { generateScenario } from '../generate.ts';
import { workloads } from '../workload/index.ts';
import { drawOf } from '../world/random.ts';

/**
 * Scenarios as typed combinators: plain functions that make parts of a scenario, and put them together. Nothing in them is chance but what
 * a seed decides once.
 */
export interface Part {
  readonly operations: readonly Operation[];
  readonly faults: readonly Fault[];
}

/** A fault without its place in time: `during` and `from` give it one. */
export type Unplaced = (window: Window, id: string) => Fault;

/** A kind of fault with its parameters; `t4 sim list` names the kinds. */
export function fault(kind: string, parameters: Omit<Fault, 'id' | 'kind' | 'window'> = {}): Unplaced {
  return (window, id) => ({ ...parameters, id, kind, window, atMs: window.fromMs });
}

/** What clients do, one thing after the other, `everyMs`. */
export function script(
  client: string,
  node: number,
  fromMs: number,
  everyMs: number,
  actions: readonly Action[],
): Part {
  const operations = actions.map((action, index) => ({
    id: `${client}-${index + 1}`,
    client,
    node,
    atMs: fromMs + index * everyMs,
    action,
  }));
  return { operations, faults: [] };
}

/** The traffic of a workload: about so many operations within the time. */
export function load(workload: string, seed: number, nodes: number, window: Window, operations: number): Part {
  const known = workloads.find(({ name }) => name === workload);
  if (known === undefined) throw new RangeError(`there is no workload called ${workload}`);
  const activeMs = window.toMs - window.fromMs;
  const made = known.generate((purpose) => drawOf(seed, `${workload}/${purpose}`), {
    nodes,
    activeMs,
    operations,
    firstLease: 1_000,
  });
  return { operations: made.map((operation) => ({ ...operation, atMs: operation.atMs + window.fromMs })), faults: [] };
}

/** The faults hold as long as the window; the parts go on meanwhile. */
export function during(window: Window, faults: Unplaced | readonly Unplaced[], ...parts: readonly Part[]): Part {
  const unplaced = typeof faults === 'function' ? [faults] : faults;
  const placed = unplaced.map((place, index) => {
    const { kind } = place(window, '');
    return place(window, `${kind}-${window.fromMs}-${index + 1}`);
  });
  return together({ operations: [], faults: placed }, ...parts);
}

export function together(...parts: readonly Part[]): Part {
  return { operations: parts.flatMap((part) => part.operations), faults: parts.flatMap((part) => part.faults) };
}

export interface Stage {
  readonly seed?: number;
  readonly nodes?: number;
  readonly durability?: 'object' | 'local';
  /** Instead of what the seed draws. */
  readonly settings?: Partial<NodeSettings>;
  /** After that no fault touches any node. */
  readonly healAtMs: number;
  readonly endMs: number;
}

/** A whole scenario: a world of the generator's making, without chance's own traffic and faults, and these parts. */
export function scenario(name: string, stage: Stage, ...parts: readonly Part[]): Scenario {
  const { seed = 1, nodes = 3, durability = 'object', settings = {}, healAtMs, endMs } = stage;
  const world = generateScenario(seed, {
    nodes,
    durability,
    settings,
    faults: [],
    swarm: false,
    collectors: false,
    operations: 1,
    activeMs: healAtMs,
  });
  const probes = world.operations.filter(({ client }) => client === 'probe');
  const { operations, faults } = together(...parts);
  const healed = Array.from({ length: nodes }, (_, node) => node);
  const knobs = {
    ...world.knobs,
    heal: { atMs: healAtMs, nodes: healed, rest: 'asleep' as const },
    endMs: Math.max(endMs, world.knobs.endMs),
  };
  return { ...world, name, knobs, operations: [...operations, ...probes], faults };
}
