import type { Action, Scenario, Window } from '../types/scenario.ts';
import { during, fault, load, scenario, script, together } from './parts.ts';

/** Scenarios by name: the questions that operators ask first. One more: its entry here. */
export interface NamedScenario {
  readonly name: string;
  /** The question that it answers. */
  readonly tells: string;
  make(): Scenario;
}

const nodes = 3;
const leaderNode = 0;
const quiet = { fromMs: 3_000, toMs: 10_000 };
const trouble = { fromMs: 10_000, toMs: 25_000 };
const whole = { fromMs: 3_000, toMs: 30_000 };
const stage = { nodes, healAtMs: 35_000, endMs: 80_000 };

const traffic = together(load('key-value', 1, nodes, whole, 60), load('watchers', 2, nodes, whole, 10));

/** One node's whole life in a few seconds: writes, leases, compactions, checkpoints, an upload of the local log, a crash, and all of it again. */
function shortLife(name: string, durability: 'object' | 'local'): Scenario {
  const life = { fromMs: 1_500, toMs: 8_000 };
  return scenario(
    name,
    {
      nodes: 1,
      durability,
      settings: { checkpointSegments: 3, uploadIntervalMs: 1_000, leaseMs: 1_000 },
      healAtMs: 10_000,
      endMs: 20_000,
    },
    load('key-value', 1, 1, life, 30),
    load('lease-holders', 2, 1, life, 20),
    script(
      'compactor',
      0,
      3_000,
      700,
      Array.from({ length: 6 }, (_, index) => compactBehind(index % 2 === 0)),
    ),
    during({ fromMs: 5_000, toMs: 5_001 }, fault('crash', { node: 0, restartMs: 200 })),
  );
}

function at(atMs: number): Window {
  return { fromMs: atMs, toMs: atMs + 1 };
}

function compactBehind(physical: boolean): Action {
  return { kind: 'compact-behind', keepRevisions: 2, physical };
}

export const scenarioList: readonly NamedScenario[] = [
  {
    name: 'quiet-day',
    tells: 'traffic and no fault at all: fails the ledger, as it must',
    make: () => scenario('quiet-day', stage, traffic),
  },
  {
    name: 'leader-cut-off',
    tells: 'what happens to writes and reads when the leader loses the object store and its clients still reach it?',
    make: () =>
      scenario('leader-cut-off', stage, traffic, during(trouble, fault('partition-alone', { node: leaderNode }))),
  },
  {
    name: 'leader-asleep',
    tells: 'what happens when the leader sleeps through a takeover and wakes up with PUTs under way?',
    make: () =>
      scenario(
        'leader-asleep',
        stage,
        traffic,
        during(trouble, fault('process-suspend', { node: leaderNode, timersFirst: true })),
      ),
  },
  {
    name: 'store-brown-out',
    tells: 'what happens while the object store answers 503 to everybody?',
    make: () =>
      scenario(
        'store-brown-out',
        stage,
        traffic,
        during(
          trouble,
          Array.from({ length: nodes }, (_, node) => fault('store-unavailable', { node, target: '*' })),
        ),
      ),
  },
  {
    name: 'rolling-restart',
    tells: 'does anybody notice when all nodes are restarted, one after the other?',
    make: () =>
      scenario(
        'rolling-restart',
        stage,
        traffic,
        ...Array.from({ length: nodes }, (_, node) =>
          during(
            { fromMs: trouble.fromMs + node * 5_000, toMs: trouble.fromMs + node * 5_000 + 1 },
            fault('crash', { node, restartMs: 2_000 }),
          ),
        ),
      ),
  },
  {
    name: 'lead-moved',
    tells:
      'what do clients notice while an operator moves the lead from node to node, and once to one that dies of it?',
    make: () =>
      scenario(
        'lead-moved',
        { ...stage, settings: { memberIntervalMs: 500 } },
        traffic,
        ...[1, 2, 0, 1].map((node, index) => during(at(trouble.fromMs + index * 3_000), fault('lead-moved', { node }))),
        during(at(trouble.fromMs + 9_010), fault('crash', { node: 1, restartMs: 6_000 })),
      ),
  },
  {
    name: 'short-life',
    tells: 'one node with checkpoints and compactions that is killed once: for t4 sim crash-points',
    make: () => shortLife('short-life', 'object'),
  },
  {
    name: 'short-life-local',
    tells: 'the same, acknowledging what its own disk holds',
    make: () => shortLife('short-life-local', 'local'),
  },
  {
    name: 'lease-over-failover',
    tells: 'does a lease live its time when its leader dies in the middle of it?',
    make: () =>
      scenario(
        'lease-over-failover',
        stage,
        script('holder', 1, quiet.fromMs, 1_000, [
          {
            kind: 'hold-lease',
            lease: '77',
            ttlSeconds: 8,
            keys: ['held/a', 'held/b'],
            keepAliveEveryMs: 2_000,
            forMs: 15_000,
            revoke: false,
          },
        ]),
        during({ fromMs: 7_000, toMs: 7_001 }, fault('crash', { node: leaderNode, restartMs: 20_000 })),
      ),
  },
];

export function scenarioNamed(name: string): Scenario | undefined {
  return scenarioList.find((listed) => listed.name === name)?.make();
}
