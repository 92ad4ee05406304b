import { taskOf } from '../client/actions.ts';
import { createClients, type Clients } from '../client/client.ts';
import type { CutAsked, HistoryEvent } from '../types/history.ts';
import type {
  BranchCreateAction,
  BranchCut,
  BranchDeleteAction,
  BranchRunAction,
  CollectAction,
  Operation,
  RestoreAction,
} from '../types/scenario.ts';
import type { SystemUnderTest, ToolWork } from '../types/system.ts';
import { createNodeHost, type NodeHost } from './node-host.ts';
import { hashOf } from './random.ts';
import { startTool, writerOfBranchNode, writerOfTool, type ToolEnd } from './tool-host.ts';
import { storeWallStartMs, type HistoryBody, type World } from './world.ts';

/**
 * The other databases of the family, and the operators who make, run, collect and delete them beside the nodes of the scenario.
 *
 * Invariants:
 * - Everything is addressed by operations and the names in them. A branch's nodes are its `branch-run`s, in the order of the scenario.
 * - What clients and nodes of a branch do stands in the history as the branch's own: the database's oracles do not meet it.
 */
export interface Branches {
  collect(operation: Operation, action: CollectAction): void;
  create(operation: Operation, action: BranchCreateAction): void;
  remove(operation: Operation, action: BranchDeleteAction): void;
  run(operation: Operation, action: BranchRunAction): void;
  restore(operation: Operation, action: RestoreAction): void;
  /** A client's operation at the nodes of a branch. */
  ask(operation: Operation, name: string): void;
}

/** A branch that is not there yet is looked for this often. */
const lookEveryMs = 250;

export function createBranches(world: World, system: SystemUnderTest): Branches {
  const { scenario } = world;
  const families = new Map<string, BranchNodes>();
  const runs = scenario.operations.filter(({ action }) => action.kind === 'branch-run');
  let tools = 0;

  function nodesOf(name: string): BranchNodes {
    let known = families.get(name);
    if (known === undefined) {
      const own = runs.filter(({ action }) => (action as BranchRunAction).name === name);
      families.set(
        name,
        (known = createBranchNodes(world, system, name, own, (id) => runs.findIndex((run) => run.id === id))),
      );
    }
    return known;
  }

  function tool(
    operation: Operation,
    action: Parameters<typeof startTool>[2]['course'],
    home: string,
    work: ToolWork,
    ended: (end: ToolEnd) => void,
    started: (writer: number) => void,
  ): void {
    const { createTool } = system;
    const { id, node } = operation;
    if (createTool === undefined || world.isFrozen(node)) return;
    const writer = writerOfTool(tools++);
    const { settings } = scenario.topology;
    started(writer);
    const create = () => createTool({ settings, digest: world.digest, home, work });
    startTool(world, create, { id, node, writer, course: action }, ended);
  }

  return {
    collect(operation, action) {
      const { id, node } = operation;
      const { retentionMs, retentionBytes, graceMs, dryRun, branch } = action;
      const home = branch === undefined ? '' : newestHome(world, branch);
      if (home === undefined) return;
      const size = retentionBytes === undefined ? {} : { retentionBytes };
      const work = { kind: 'collect', retentionMs, ...size, graceMs, dryRun } as const;
      tool(
        operation,
        action,
        home,
        work,
        (end) => world.record({ kind: 'collect-end', operation: id, node, ...end }),
        (writer) => world.record({ kind: 'collect-start', operation: id, node, writer }),
      );
    },
    create(operation, action) {
      const { id, node } = operation;
      const { name } = action;
      const of = action.of === '' ? '' : newestHome(world, action.of);
      if (of === undefined) return;
      const cut = cutOf(world, action.cut, of, action.clockOffsetMs);
      tool(
        operation,
        action,
        of,
        { kind: 'branch-create', name, cut },
        ({ outcome, detail }) => {
          const made = outcome === 'done' ? (JSON.parse(detail) as { readonly home?: string }).home : undefined;
          const home = made === undefined ? {} : { home: made };
          world.record({ kind: 'branch-end', operation: id, node, outcome, detail, ...home });
        },
        (writer) => world.record({ kind: 'branch-create-start', operation: id, node, writer, name, of, cut }),
      );
    },
    remove(operation, action) {
      const { id, node } = operation;
      const { name, force } = action;
      tool(
        operation,
        action,
        '',
        { kind: 'branch-delete', name, force },
        (end) => world.record({ kind: 'branch-end', operation: id, node, ...end }),
        (writer) => world.record({ kind: 'branch-delete-start', operation: id, node, writer, name, force }),
      );
    },
    restore(operation, action) {
      const { id, node } = operation;
      const cut = cutOf(world, action.cut, '', action.clockOffsetMs);
      tool(
        operation,
        action,
        '',
        { kind: 'restore', cut },
        ({ outcome, detail }) => {
          const left = outcome === 'done' ? (JSON.parse(detail) as { readonly home?: string }).home : undefined;
          const home = left === undefined ? {} : { home: left };
          world.record({ kind: 'restore-end', operation: id, node, outcome, detail, ...home });
        },
        (writer) => world.record({ kind: 'restore-start', operation: id, node, writer, cut }),
      );
    },
    run: (operation, action) => nodesOf(action.name).run(operation, action),
    ask: (operation, name) => nodesOf(name).ask(operation),
  };
}

/** Of the branch that was last given the name, whether it is still there or not. */
function newestHome(world: World, name: string): string | undefined {
  const prefix = `branches/${name}/`;
  const key = world.storeChanges.findLast(
    (change) => change.bytes !== undefined && change.key.startsWith(prefix) && change.key.endsWith('/manifest'),
  )?.key;
  return key?.slice(0, -'manifest'.length);
}

function cutOf(world: World, cut: BranchCut, of: string, clockOffsetMs: number): CutAsked {
  switch (cut.kind) {
    case 'end':
      return cut;
    case 'revision':
      return { kind: 'revision', revision: Math.max(1, newestRevision(world, of) - cut.back) };
    case 'moment': {
      const wallMs = storeWallStartMs + Math.floor(world.nowMs()) + clockOffsetMs - cut.backMs;
      return { kind: 'moment', wallMs: Math.max(0, wallMs) };
    }
  }
}

/** Of all that any client has been told. */
function newestRevision(world: World, of: string): number {
  const hosts = new Map<string, string>();
  let newest = 1;
  for (const event of world.history) {
    if (event.kind === 'branch-host') hosts.set(`${event.name}/${event.host}`, event.home);
    const told = of === '' ? event : event.kind === 'branch-event' ? event.event : undefined;
    if (told?.kind !== 'return' || told.outcome.kind !== 'ok') continue;
    // What nodes of another branch of that name said is a revision as good as any.
    if (of !== '' && !(event.kind === 'branch-event' && of.startsWith(`branches/${event.name}/`))) continue;
    newest = Math.max(newest, told.outcome.header.revision);
  }
  return newest;
}

interface BranchNodes {
  run(operation: Operation, action: BranchRunAction): void;
  ask(operation: Operation): void;
}

function createBranchNodes(
  world: World,
  system: SystemUnderTest,
  name: string,
  runs: readonly Operation[],
  numberOf: (operation: string) => number,
): BranchNodes {
  const hosts = new Map<number, NodeHost>();
  /** As clients address them: one that is not set up yet refuses. */
  const addressed = runs.map((_, index) => hostNotYet(index, () => hosts.get(index)));
  const own = worldOfBranch(world, name);
  const clients: Clients | undefined = runs.length === 0 ? undefined : createClients(own(undefined), addressed);

  function setUp(operation: Operation, action: BranchRunAction, home: string, untilMs: number): void {
    const index = runs.indexOf(operation);
    const number = numberOf(operation.id);
    const writer = writerOfBranchNode(number);
    let over = false;
    const host = createNodeHost(
      own({ index, seed: hashOf(world.scenario.seed, `branch-run/${operation.id}`), node: operation.node }),
      system,
      operation.node,
      () => [],
      () => {
        const { supervisorMs } = world.scenario.knobs;
        if (supervisorMs > 0) world.after(supervisorMs, () => startAgain('kept'));
      },
      { home, member: 100 + number, writer },
    );
    const startAgain = (disk: BranchRunAction['disk']) => {
      if (!over) host.start(disk);
    };
    hosts.set(index, host);
    world.record({ kind: 'branch-host', operation: operation.id, name, host: index, home, writer });
    host.start('empty');
    const killAgain = () => {
      if (over) return;
      host.crash(operation.id, undefined);
      world.after(action.restartMs, () => startAgain(action.disk));
      world.after(action.killEveryMs, killAgain);
    };
    if (action.killEveryMs > 0) world.after(action.killEveryMs, killAgain);
    world.at(untilMs, () => {
      over = true;
      host.stop();
    });
  }

  return {
    run(operation, action) {
      const untilMs = world.nowMs() + action.forMs;
      const look = () => {
        if (world.nowMs() >= untilMs || world.isFrozen(operation.node)) return;
        const home = newestHome(world, name);
        if (home === undefined) world.after(lookEveryMs, look);
        else setUp(operation, action, home, untilMs);
      };
      look();
    },
    ask(operation) {
      clients?.start(operation, (view) => taskOf(operation.action, operation.id, view));
    },
  };
}

/** Stands in a client's list for a node that is set up later. */
function hostNotYet(node: number, host: () => NodeHost | undefined): NodeHost {
  const absent: Pick<NodeHost, 'node' | 'request' | 'openStream'> = {
    node,
    request: (...parameters) => host()?.request(...parameters),
    openStream: (...parameters) => host()?.openStream(...parameters),
  };
  return absent as NodeHost;
}

interface HostIdentity {
  readonly index: number;
  readonly seed: number;
  readonly node: number;
}

/**
 * The world as the nodes of a branch and its clients meet it: the same but for its own place in the history, for chance of its own, and for what is
 * aimed at the scenario's nodes by their number of effects.
 */
function worldOfBranch(world: World, name: string): (host: HostIdentity | undefined) => World {
  return (host) => {
    const { scenario, hooks } = world;
    const settings = { ...scenario.topology.settings, durability: 'object', acceptLocalLoss: false } as const;
    const changed: Partial<World> = {
      scenario: { ...scenario, seed: host?.seed ?? scenario.seed, topology: { ...scenario.topology, settings } },
      hooks: { ...hooks, effect: [] },
      observers: [],
      record(body: HistoryBody) {
        const event = { atMs: world.nowMs(), ...body } as HistoryEvent;
        // What befalls a host is told of the place that the branch has given it.
        const placed = host !== undefined && 'node' in event ? { ...event, node: host.index } : event;
        world.record({ kind: 'branch-event', name, event: placed });
      },
    };
    return Object.assign(Object.create(world) as World, changed);
  };
}
