import type { Digest } from '../src/ports/digest.ts';
import { taskOf } from './client/actions.ts';
import { createClients } from './client/client.ts';
import { faultKindOf } from './faults/index.ts';
import type { FaultStage } from './faults/fault-kind.ts';
import type { Observer } from './types/observer.ts';
import type { PlainRequest, PlainResponse } from './types/plain.ts';
import type { NodeStop, RunResult, Verdict } from './types/result.ts';
import type { Operation, Scenario } from './types/scenario.ts';
import type { SystemUnderTest } from './types/system.ts';
import { createBranches } from './world/branches.ts';
import { createNodeHost, type NodeHost } from './world/node-host.ts';
import { drawOf } from './world/random.ts';
import { createWorld, type World } from './world/world.ts';

export interface SimulateOptions<Request = PlainRequest, Response = PlainResponse> {
  readonly system: SystemUnderTest<Request, Response>;
  /** The platform's: `src/adapters/node-digest.ts` in Node. */
  readonly digest: Digest;
  /** Made anew for each run. */
  readonly observers?: readonly (() => Observer)[];
  /** Keep a line for each event: slow, to find where two runs part. */
  readonly record?: boolean;
}

/**
 * Runs a scenario to its end.
 *
 * Invariants: synchronous, and a function of the scenario and the system alone; nothing of an earlier run is left.
 */
export function simulate<Request = PlainRequest, Response = PlainResponse>(
  scenario: Scenario<Request>,
  options: SimulateOptions<Request, Response>,
): RunResult {
  // The world carries requests and answers and never looks into them; those of the procedures are etcd's.
  return run(scenario as Scenario, options as unknown as SimulateOptions);
}

function run(scenario: Scenario, { system, digest, observers = [], record = false }: SimulateOptions): RunResult {
  const looking = observers.map((create) => create());
  const world = createWorld(scenario, digest, looking, record);
  const stops: NodeStop[] = [];
  const nodes: NodeHost[] = scenario.topology.nodes.map((_, node) =>
    createNodeHost(
      world,
      system,
      node,
      () => nodes,
      (stop) => {
        stops.push(stop);
        const { supervisorMs } = scenario.knobs;
        if (supervisorMs > 0) world.after(supervisorMs, () => nodes[node]!.start('kept'));
      },
    ),
  );
  armFaults(world, nodes);
  for (const [node, { startAtMs }] of scenario.topology.nodes.entries()) {
    world.at(startAtMs, () => nodes[node]!.start('empty'));
  }
  startClients(world, system, nodes);
  heal(world, nodes);
  world.run();
  return finished(world, nodes, stops, looking);
}

function armFaults(world: World, nodes: readonly NodeHost[]): void {
  const healMs = world.scenario.knobs.heal?.atMs ?? Number.POSITIVE_INFINITY;
  const stage: FaultStage = {
    world,
    nodes,
    draw: (fault, purpose) => drawOf(world.scenario.seed, `fault/${fault.id}/${purpose}`),
    atMs(fault, atMs, act) {
      world.at(atMs, () => {
        // After the heal, a healed node is spared, and another stays as it was.
        if (fault.node === undefined || world.nowMs() < healMs) act();
      });
    },
  };
  for (const fault of world.scenario.faults) {
    if (fault.node !== undefined && nodes[fault.node] === undefined) {
      throw new RangeError(`fault ${fault.id} names node ${fault.node} of ${nodes.length}`);
    }
    faultKindOf(fault.kind).arm(fault, stage);
  }
}

function startClients(world: World, system: SystemUnderTest, nodes: readonly NodeHost[]): void {
  const clients = createClients(world, nodes);
  const branches = createBranches(world, system);
  const start = (operation: Operation): void => {
    const { action, branch } = operation;
    switch (action.kind) {
      case 'collect':
        branches.collect(operation, action);
        return;
      case 'branch-create':
        branches.create(operation, action);
        return;
      case 'branch-delete':
        branches.remove(operation, action);
        return;
      case 'restore':
        branches.restore(operation, action);
        return;
      case 'branch-run':
        branches.run(operation, action);
        return;
      default:
        if (branch !== undefined) branches.ask(operation, branch);
        else clients.start(operation, (view) => taskOf(action, operation.id, view));
    }
  };
  for (const operation of world.scenario.operations) world.at(operation.atMs, () => start(operation));
}

/** Healed nodes are awake, with sound clocks, and running; nobody can count on the others any more. */
function heal(world: World, nodes: readonly NodeHost[]): void {
  const { heal: healing } = world.scenario.knobs;
  if (healing === undefined) return;
  world.at(healing.atMs, () => {
    for (const host of nodes) {
      if (healing.nodes.includes(host.node)) continue;
      if ((healing.rest ?? 'dead') === 'dead') host.crash('heal', undefined);
      if (healing.rest === 'asleep') host.pause();
    }
    for (const index of healing.nodes) {
      const host = nodes[index];
      if (host === undefined) throw new RangeError(`the heal names node ${index} of ${nodes.length}`);
      host.clock.setRate(world.nowMs(), 1);
      host.clock.setFrozen(world.nowMs(), { monotonic: false, wall: false });
      host.rearm();
      host.resume(false);
      host.start('kept');
    }
  });
}

function finished(
  world: World,
  nodes: readonly NodeHost[],
  stops: readonly NodeStop[],
  observers: readonly Observer[],
): RunResult {
  const { counts, scenario } = world;
  const result = (verdict: Verdict): RunResult => ({
    scenario,
    verdict,
    history: world.history,
    objects: new Map([...world.store.objects].map(([key, object]) => [key, object.body])),
    storeChanges: world.storeChanges,
    stops,
    trace: { hash: world.trace.hex(), lines: world.lines },
    counts: {
      ...counts,
      virtualMs: world.nowMs(),
      operations: scenario.operations.length,
      faultsFired: Object.fromEntries(world.firedByKind),
      firedIds: [...world.firedIds],
      effectsOf: nodes.map((host) => [...host.effectsOf]),
      ledger: ledgerOf(observers),
    },
  });
  const judged = judge(result(world.verdict ?? { kind: 'ok' }), observers);
  return result(judged);
}

function judge(result: RunResult, observers: readonly Observer[]): Verdict {
  let verdict = result.verdict;
  if (verdict.kind !== 'ok' && verdict.kind !== 'unknown') return verdict;
  for (const observer of observers) {
    const found = observer.finish?.(result);
    if (found === undefined) continue;
    if (found.kind !== 'unknown') return found;
    if (verdict.kind === 'ok') verdict = found;
  }
  return verdict;
}

function ledgerOf(observers: readonly Observer[]): Readonly<Record<string, number>> {
  const ledger = new Map<string, number>();
  for (const observer of observers) {
    for (const [name, count] of Object.entries(observer.ledger?.() ?? {})) {
      ledger.set(name, (ledger.get(name) ?? 0) + count);
    }
  }
  return Object.fromEntries(ledger);
}
