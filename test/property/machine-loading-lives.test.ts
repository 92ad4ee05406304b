import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Request } from '../../src/core/types/request.ts';
import { noFaults, type WorldFaults } from '../support/machine-world-node.ts';
import { judge } from '../support/machine-world-oracle.ts';
import { createWorldObjects, type WorldObjects } from '../support/machine-world-store.ts';
import { createWorld, type World, type WorldScenario } from '../support/machine-world.ts';
import { all, bytes, compare, deleteRange, put, range, txn } from './state-requests.ts';

/** Lives that begin from a checkpoint and go on while its values are still coming: what a node then holds is what a recovery from the store alone comes to. */

const keys = 30;
const lives = Number(process.env['T4_LOADING_LIVES'] ?? 25);
const troubled: WorldFaults = {
  ...noFaults,
  getFailed: 0.2,
  getTruncated: 0.05,
  getCorrupt: 0.05,
  getSlow: 0.1,
  putSlow: 0.05,
};
const healAtMs = 60_000;

type Settings = Partial<WorldScenario> & Pick<WorldScenario, 'durability'>;

function worldOf(settings: Settings, store: WorldObjects): World {
  const { configuration, ...rest } = settings;
  const base = { seed: 1, nodes: 1, faults: noFaults, disturbances: [], healAtMs };
  const quiet = { checkpointSegments: 1_000_000, checkpointIntervalMs: 0, collectIntervalMs: 0 };
  return createWorld(
    { ...base, ...rest, configuration: { ...quiet, checkpointChunkBytes: 200, ...configuration } },
    store,
  );
}

function nameOf(index: number): string {
  return `key/${String(index).padStart(4, '0')}`;
}

function valueOf(index: number): string {
  return `value ${index}`.padEnd(40, '.');
}

/** Whoever died begins anew. */
function leads(world: World): void {
  for (let look = 0; look < 40 && world.leader() === undefined; look++) {
    for (const node of world.nodes) if (!node.alive) node.start();
    world.runUntil(world.now() + 1_000, () => world.leader() !== undefined);
  }
  expect(world.leader()).toBeDefined();
}

function ask(world: World, request: Request) {
  const entry = world.request(world.leader()!, request);
  expect(world.runUntil(world.now() + 30_000, () => entry.answer !== undefined)).toBe(true);
  expect(entry.answer?.kind).toBe('ok');
  return entry;
}

function filledStore(durability: WorldScenario['durability']): WorldObjects {
  const store = createWorldObjects();
  const world = worldOf({ durability }, store);
  leads(world);
  for (let index = 0; index < keys; index++) ask(world, put(nameOf(index), valueOf(index)));
  for (let index = 0; index < keys; index += 3) ask(world, put(nameOf(index), `second ${valueOf(index)}`));
  ask(world, { kind: 'checkpoint' });
  world.nodes[0]!.send({ kind: 'stop' });
  expect(world.runUntil(world.now() + 20_000, () => !world.nodes[0]!.alive)).toBe(true);
  return store;
}

const filled = { object: filledStore('object'), local: filledStore('local') };

const keyed = fc.nat(keys - 1);
type Act = (world: World) => void;
const requested =
  (request: Request): Act =>
  (world) =>
    void world.request(world.leader()!, request);
const headOf = (world: World): number =>
  world.history.reduce((head, { answer }) => Math.max(head, answer?.kind === 'ok' ? answer.header.revision : 0), keys);

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 2, arbitrary: keyed.map((key) => requested(put(nameOf(key), 'new', { previousKv: true }))) },
  keyed.map((key) => requested(deleteRange(nameOf(key), nameOf(key + 2), true))),
  fc.nat(5).map((back): Act => (world) => {
    requested({ kind: 'compact', revision: Math.max(2, headOf(world) - back), physical: back % 2 === 0 })(world);
  }),
  fc.constant(requested(all())),
  keyed.map((key) => requested(range(nameOf(key)))),
  fc.tuple(keyed, fc.nat(20)).map(([key, back]): Act => (world) => {
    requested(range(nameOf(key), undefined, { revision: Math.max(1, headOf(world) - back) }))(world);
  }),
  keyed.map((key) => {
    const unchanged = compare(nameOf(key), { kind: 'value', value: bytes(valueOf(key)) });
    return requested(txn([put(nameOf(key), 'changed')], [range(nameOf(key))], [unchanged]));
  }),
  keyed.map((key) => requested(range(nameOf(key), nameOf(key + 5), { sortTarget: 'value', sortOrder: 'descend' }))),
  fc.constant(requested({ kind: 'checkpoint' })),
  fc.constant(requested({ kind: 'hash-kv', revision: 0 })),
  fc.nat(60).map((effects): Act => (world) => {
    const leader = world.leader()!;
    leader.crashAtEffect = leader.effects + 1 + effects;
  }),
  fc.tuple(fc.integer({ min: 1_000, max: 7_000 }), fc.boolean()).map(([forMs, suspended]): Act => (world) => {
    world.leader()!.pause(forMs, suspended);
  }),
);

const life = fc.record({
  seed: fc.nat(),
  durability: fc.constantFrom('object' as const, 'local' as const),
  nodes: fc.constantFrom(1, 2),
  faults: fc.constantFrom(noFaults, noFaults, troubled),
  configuration: fc.record({
    fillBytesPerSecond: fc.constantFrom(60, 150, 500, 2_000),
    valueCacheBytes: fc.constantFrom(0, 400),
    checkpointIntervalMs: fc.constantFrom(0, 3_000),
  }),
});

/** Of everything, and its hash. */
function contentOf(world: World): unknown {
  const { seen } = ask(world, all());
  const { answer } = ask(world, { kind: 'hash-kv', revision: 0 });
  return [seen.map(({ key, value, revision }) => [key, value, revision]), (answer as { response: unknown }).response];
}

test(`${lives} lives while values come`, () => {
  let fetched = 0;
  const step = fc.tuple(act, fc.nat(300));
  fc.assert(
    fc.property(life, fc.array(step, { minLength: 10, maxLength: 40, size: 'max' }), (settings, steps) => {
      // Who has lost nothing goes on alone: no other may take over.
      const nodes = settings.durability === 'local' ? 1 : settings.nodes;
      const world = worldOf({ ...settings, nodes }, filled[settings.durability].copy());
      for (const [perform, forMs] of steps) {
        leads(world);
        perform(world);
        world.runUntil(world.now() + forMs);
      }
      world.runUntil(Math.max(world.now(), healAtMs));
      leads(world);
      world.runUntil(world.now() + 60_000);
      leads(world);
      const content = contentOf(world);
      const leader = world.leader()!;
      expect([...leader.disk.local.keys()].filter((key) => key.startsWith('c'))).toEqual([]);
      const waiting = world.history.filter(
        ({ answer, node, life: asked }) => answer === undefined && node.alive && node.life === asked,
      );
      expect(waiting.map(({ request }) => request.kind)).toEqual([]);
      expect(judge(world)).toEqual([]);
      expect(world.failures).toEqual([]);
      fetched += world.ledger.get('value fetched from its chunk') ?? 0;
      if (settings.durability === 'local') return;
      const fresh = worldOf({ durability: 'object' }, world.store.copy());
      leads(fresh);
      expect(contentOf(fresh)).toEqual(content);
    }),
    { numRuns: lives, endOnFailure: true },
  );
  expect(fetched).toBeGreaterThan(lives / 5);
});
