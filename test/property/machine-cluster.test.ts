import { describe, expect, test } from 'vitest';
import { noFaults, type WorldNode } from '../support/machine-world-node.ts';
import { judge } from '../support/machine-world-oracle.ts';
import { createWorldObjects, worldProblem, type WorldObjects } from '../support/machine-world-store.ts';
import { createWorld, type World, type WorldScenario } from '../support/machine-world.ts';
import type { Request } from '../../src/core/types/request.ts';
import { put, range } from './state-requests.ts';

/** Whole machines: what they do beside each other, and by themselves. */

const calm: WorldScenario = {
  seed: 1,
  nodes: 1,
  durability: 'object',
  faults: noFaults,
  disturbances: [],
  healAtMs: 0,
};

function leading(scenario: Partial<WorldScenario> = {}, store: WorldObjects = createWorldObjects()): World {
  const world = createWorld({ ...calm, ...scenario }, store);
  expect(world.runUntil(20_000, () => world.leader() !== undefined)).toBe(true);
  return world;
}

function ask(world: World, request: Request, node = world.leader()!) {
  const entry = world.request(node, request);
  world.runUntil(world.now() + 20_000, () => entry.answer !== undefined);
  return entry.answer!;
}

describe('a leader that compacts by itself', () => {
  test('compacts what is older than the period, and a reader of it is told', () => {
    const world = leading({ configuration: { autoCompaction: { kind: 'periodic', retentionMs: 2_000 } } });
    for (const value of ['1', '2', '3']) ask(world, put('key', value));
    const startedMs = world.now();
    world.runUntil(startedMs + 1_500);
    expect(ask(world, { ...range('key'), revision: 2 }).kind).toBe('ok');
    world.runUntil(startedMs + 6_000);
    expect(ask(world, { ...range('key'), revision: 2 })).toMatchObject({
      kind: 'error',
      error: { message: 'etcdserver: mvcc: required revision has been compacted' },
    });
    expect(ask(world, range('key')).kind).toBe('ok');
    expect(judge(world)).toEqual([]);
  });

  test('told nothing, it compacts nothing', () => {
    const world = leading();
    for (const value of ['1', '2', '3']) ask(world, put('key', value));
    world.runUntil(world.now() + 60_000);
    expect(ask(world, { ...range('key'), revision: 2 }).kind).toBe('ok');
  });
});

function members(world: World, node: WorldNode): readonly string[] {
  const answer = ask(world, { kind: 'members', linearizable: false }, node);
  if (answer.kind !== 'ok' || answer.response.kind !== 'members') throw new Error(JSON.stringify(answer));
  return answer.response.members.map(({ name, clientUrls }) => `${name} ${clientUrls.join(' ')}`);
}

describe('the list of members', () => {
  const three: Partial<WorldScenario> = {
    nodes: 3,
    configuration: { memberIntervalMs: 1_000, collectIntervalMs: 2_000, collectGraceMs: 0 },
    configurations: ['a', 'b', 'c'].map((name) => ({ clientUrls: [`http://${name}:2379`] })),
  };
  const described: Readonly<Record<string, string>> = {
    n1: 'n1 http://a:2379',
    n2: 'n2 http://b:2379',
    n3: 'n3 http://c:2379',
  };
  const listed = (...nodes: readonly WorldNode[]) => nodes.map(({ name }) => described[name]!).sort();

  function standing(scenario: Partial<WorldScenario> = {}, store: WorldObjects = createWorldObjects()) {
    const world = leading({ ...three, ...scenario }, store);
    const leader = world.leader()!;
    const [second, third] = world.nodes.filter((node) => node !== leader) as [WorldNode, WorldNode];
    world.runUntil(world.now() + 3_000);
    return { world, leader, second, third };
  }

  const nodeObjects = (world: World) => [...world.store.objects.keys()].filter((key) => key.startsWith('nodes/'));
  const objectOf = ({ name }: WorldNode) => `nodes/000000000000000${name.slice(1)}`;

  test('every node tells all that live, with their addresses, whoever is asked', () => {
    const { world } = standing();
    for (const node of world.nodes) expect(members(world, node)).toEqual(listed(...world.nodes));
  });

  test('one that dies is listed no more when three of its beats are missing, and then forgotten', () => {
    const { world, leader, second, third } = standing();
    third.crash(true);
    expect(members(world, leader)).toEqual(listed(...world.nodes));
    world.runUntil(world.now() + 5_000);
    expect(members(world, leader)).toEqual(listed(leader, second));
    expect(members(world, second)).toEqual(listed(leader, second));
    world.runUntil(world.now() + 10_000);
    expect(nodeObjects(world)).toEqual([objectOf(second)]);
    third.start();
    world.runUntil(world.now() + 3_000);
    expect(members(world, leader)).toEqual(listed(...world.nodes));
  });

  test('one that stops in good order takes itself off at once', () => {
    const { world, leader, second, third } = standing();
    third.send({ kind: 'stop' });
    // Before somebody starts it again.
    world.runUntil(world.now() + 100);
    expect(members(world, leader)).toEqual(listed(leader, second));
    expect(nodeObjects(world)).toEqual([objectOf(second)]);
  });

  test('who takes over is listed as the leader, and leaves nothing of having stood by', () => {
    const { world, leader, second, third } = standing();
    leader.crash(true);
    world.runUntil(world.now() + 20_000, () => world.leader() !== undefined);
    const next = world.leader()!;
    const other = next === second ? third : second;
    world.runUntil(world.now() + 5_000);
    expect(members(world, next)).toEqual(listed(second, third));
    expect(members(world, other)).toEqual(listed(second, third));
    expect(nodeObjects(world)).toEqual([objectOf(other)]);
    expect(judge(world)).toEqual([]);
  });

  function awayStore() {
    const objects = createWorldObjects();
    const away = { is: false };
    const store: WorldObjects = {
      ...objects,
      list: (prefix, after, limit) =>
        away.is && prefix === 'nodes/' ? { kind: 'failed', problem: worldProblem } : objects.list(prefix, after, limit),
    };
    return { store, away };
  }

  test('while the store does not answer, what was known is told, in time; and of a beat that is over nothing', () => {
    const { store, away } = awayStore();
    const { world, leader } = standing({}, store);
    expect(members(world, leader)).toEqual(listed(...world.nodes));
    away.is = true;
    world.runUntil(world.now() + 1_100);
    const askedMs = world.now();
    expect(members(world, leader)).toEqual(listed(leader));
    expect(world.now() - askedMs).toBeLessThan(2_100);
  });

  test('a node alone writes nothing, and who is told not to, neither', () => {
    const alone = leading({ configuration: { memberIntervalMs: 1_000 } });
    alone.leader()!.crash(true);
    alone.nodes[0]!.start();
    alone.runUntil(alone.now() + 20_000, () => alone.leader() !== undefined);
    expect(nodeObjects(alone)).toEqual([]);
    const { world, leader, second } = standing({ configuration: { memberIntervalMs: 0 } });
    expect(nodeObjects(world)).toEqual([]);
    expect(members(world, leader)).toEqual(listed(leader));
    expect(members(world, second)).toEqual(listed(leader, second));
  });

  test('a linearizable list needs a leader, and a stop leaves nobody waiting', () => {
    const { store, away } = awayStore();
    const { world, leader, second } = standing({}, store);
    expect(ask(world, { kind: 'members', linearizable: true }, leader).kind).toBe('ok');
    away.is = true;
    const waiting = world.request(second, { kind: 'members', linearizable: false });
    second.send({ kind: 'stop' });
    expect(waiting.answer).toMatchObject({ kind: 'error', error: { message: 'etcdserver: server stopped' } });
    const lonely = createWorld(calm);
    lonely.nodes[0]!.start();
    const early = lonely.request(lonely.nodes[0]!, { kind: 'members', linearizable: true });
    lonely.runUntil(60, () => early.answer !== undefined);
    expect(early.answer).toMatchObject({ kind: 'error', error: { message: 'etcdserver: no leader' } });
  });
});

describe('moving the lead', () => {
  const three: Partial<WorldScenario> = { nodes: 3, configuration: { memberIntervalMs: 1_000, leaseMs: 2_000 } };

  function standing(scenario: Partial<WorldScenario> = {}) {
    const world = leading({ ...three, ...scenario });
    const leader = world.leader()!;
    const [second, third] = world.nodes.filter((node) => node !== leader) as [WorldNode, WorldNode];
    world.runUntil(world.now() + 1_000);
    return { world, leader, second, third };
  }

  const idOf = ({ name }: WorldNode) => BigInt(name.slice(1));
  const moveTo = (target: bigint) => ({ kind: 'move-leader', target }) as const;
  const refused = (message: string) => ({ kind: 'error', error: { message: `etcdserver: ${message}` } });

  test('the one named takes it at once, and what was acknowledged is there', () => {
    const { world, leader, second, third } = standing();
    for (const target of [second, third, leader, third]) {
      ask(world, put('key', target.name));
      const from = world.leader()!;
      const late = world.request(from, put('late', target.name));
      const beganMs = world.now();
      expect(ask(world, moveTo(idOf(target)), from)).toMatchObject({ kind: 'ok', response: { kind: 'move-leader' } });
      expect(world.now() - beganMs).toBeLessThan(1_500);
      expect(late.answer?.kind).toBe('ok');
      world.runUntil(world.now() + 5_000, () => world.leader() === target);
      expect(world.leader()).toBe(target);
      expect(ask(world, range('key')).kind).toBe('ok');
      world.runUntil(world.now() + 2_000);
    }
    expect(judge(world)).toEqual([]);
  });

  test('who does not lead, and whom it cannot be moved to, is told in etcd’s words', () => {
    const { world, leader, second, third } = standing();
    expect(ask(world, moveTo(idOf(third)), second)).toMatchObject(refused('not leader'));
    expect(ask(world, moveTo(99n), leader)).toMatchObject(refused('bad leader transferee'));
    expect(ask(world, moveTo(idOf(leader)), leader).kind).toBe('ok');
    expect(world.leader()).toBe(leader);
    third.crash(true);
    world.runUntil(world.now() + 10_000);
    expect(ask(world, moveTo(idOf(third)), leader)).toMatchObject(refused('bad leader transferee'));
    expect(world.leader()).toBe(leader);
  });

  test('under rule local nobody but the holder of the disk may lead', () => {
    const { world, leader, second } = standing({ durability: 'local' });
    expect(ask(world, moveTo(idOf(second)), leader)).toMatchObject(refused('bad leader transferee'));
  });

  test('one that dies before it takes the lead: the request fails in time, and somebody leads again', () => {
    const { world, leader, second } = standing();
    const moving = world.request(leader, moveTo(idOf(second)));
    world.runUntil(world.now() + 20_000, () => leader.role === 'standby');
    second.crash(true);
    world.runUntil(world.now() + 20_000, () => moving.answer !== undefined);
    expect(moving.answer).toMatchObject({
      kind: 'error',
      error: { status: 'Unknown', message: 'etcdserver: request timed out, leader transfer took too long' },
    });
    world.runUntil(world.now() + 20_000, () => world.leader() !== undefined);
    expect(world.leader()).toBeDefined();
    expect(ask(world, put('key', 'on')).kind).toBe('ok');
  });

  test('meanwhile clients are sent on, and a stop leaves nobody waiting', () => {
    const { world, leader, second } = standing();
    const moving = world.request(leader, moveTo(idOf(second)));
    world.runUntil(world.now() + 20_000, () => leader.role === 'standby');
    const refusal = ask(world, put('key', 'value'), leader);
    expect(refusal).toMatchObject({ kind: 'error', error: { status: 'Unavailable' } });
    leader.send({ kind: 'stop' });
    world.runUntil(world.now() + 10_000, () => moving.answer !== undefined);
    expect(moving.answer).toMatchObject(refused('server stopped'));
  });
});
