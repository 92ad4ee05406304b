import { expect, test } from 'vitest';
import { createNodeDigest } from '../../src/adapters/node-digest.ts';
import { createSystemClock } from '../../src/adapters/system-clock.ts';
import { createSystemRandom } from '../../src/adapters/system-random.ts';
import { createBranch } from '../../src/core/branch/create-branch.ts';
import { noCompression } from '../../src/core/format/no-compression.ts';
import type { Request } from '../../src/core/types/request.ts';
import { runTool } from '../../src/host/run-tool.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';
import { noFaults } from '../support/machine-world-node.ts';
import { createWorldObjects, type WorldObjects } from '../support/machine-world-store.ts';
import { createWorld, type World, type WorldScenario } from '../support/machine-world.ts';
import { all, deleteRange, put } from './state-requests.ts';

/** A branch that begins as a checkpoint of its parent and a stretch of its parent's log: its values come later, too. */

function scenario(configuration: WorldScenario['configuration']): WorldScenario {
  return {
    seed: 1,
    nodes: 1,
    durability: 'object',
    faults: noFaults,
    disturbances: [],
    healAtMs: 0,
    configuration: {
      checkpointSegments: 1_000_000,
      checkpointIntervalMs: 0,
      collectIntervalMs: 0,
      checkpointChunkBytes: 128,
      fillBytesPerSecond: 1_500,
      ...configuration,
    },
  };
}

function leads(world: World): void {
  expect(world.runUntil(world.now() + 30_000, () => world.leader() !== undefined)).toBe(true);
}

function ask(world: World, request: Request) {
  const entry = world.request(world.leader()!, request);
  expect(world.runUntil(world.now() + 5_000, () => entry.answer !== undefined)).toBe(true);
  expect(entry.answer?.kind).toBe('ok');
  return entry;
}

function contentOf(world: World): readonly unknown[] {
  return ask(world, all()).seen.map(({ key, value, revision, lease }) => [key, value, revision, lease]);
}

function storeOf(objects: WorldObjects): ObjectStore {
  return {
    description: 'the world’s',
    put: async (key, body, condition) => objects.put(key, body, condition),
    get: async (key, part) => objects.get(key, part),
    list: async (prefix, { after = '', limit = 1_000 } = {}) => objects.list(prefix, after, limit),
    deleteMany: async (keys) => objects.remove(keys),
    close: async () => undefined,
  };
}

async function branched() {
  const objects = createWorldObjects();
  const parent = createWorld(scenario({ fillBytesPerSecond: Infinity }), objects);
  leads(parent);
  ask(parent, { kind: 'lease-grant', id: 1n, ttlSeconds: 1_000 });
  ask(parent, { kind: 'lease-grant', id: 2n, ttlSeconds: 1_000 });
  for (let index = 0; index < 16; index++) {
    ask(parent, put(`key/${index}`, `value ${index}`.padEnd(30, '.'), { lease: BigInt(index % 3) }));
  }
  ask(parent, { kind: 'checkpoint' });
  ask(parent, put('key/3', 'another one'));
  ask(parent, { kind: 'lease-revoke', id: 2n });
  ask(parent, { kind: 'lease-grant', id: 3n, ttlSeconds: 1_000 });
  ask(parent, put('key/4', 'with the third', { lease: 3n }));
  ask(parent, deleteRange('key/6'));
  const { answer } = ask(parent, put('key/7', 'word'));
  const { revision } = (answer as { header: { revision: number } }).header;
  ask(parent, { kind: 'compact', revision: revision - 1, physical: true });
  const content = contentOf(parent);
  const edges = {
    clock: createSystemClock(),
    random: createSystemRandom(),
    digest: createNodeDigest(),
    compression: noCompression,
  };
  const created = await runTool({ ...edges, store: storeOf(objects), home: '', log: () => undefined }, (core) =>
    createBranch(core, 'branch', { kind: 'end' }),
  );
  if (created.kind !== 'created') throw new Error(created.kind);
  return { objects, content, home: created.manifest.home };
}

const entriesLeft = (world: World) =>
  [...world.nodes[0]!.disk.local.keys()].filter((key) => key.startsWith('c')).length;

test('a crash after every effect, until all values are local', async () => {
  const { objects, content, home } = await branched();
  const recovering = () => createWorld(scenario({ home }), objects.copy());
  const calm = recovering();
  leads(calm);
  const readyAt = calm.nodes[0]!.effects;
  expect(entriesLeft(calm)).toBeGreaterThan(3);
  expect(calm.runUntil(calm.now() + 60_000, () => entriesLeft(calm) === 0)).toBe(true);
  const { effects } = calm.nodes[0]!;
  expect(effects).toBeGreaterThan(readyAt + 10);
  let goneOn = 0;
  for (let crashAt = 1; crashAt <= effects; crashAt++) {
    const world = recovering();
    const node = world.nodes[0]!;
    node.crashAtEffect = crashAt;
    world.runUntil(60_000, () => node.effects >= crashAt && !node.alive);
    node.start();
    leads(world);
    goneOn += world.ledger.get('log: going on with the checkpoint that was being loaded') ?? 0;
    expect(contentOf(world), `crash after effect ${crashAt}`).toEqual(content);
    expect(ask(world, { kind: 'lease-leases' }).answer).toMatchObject({ response: { ids: [1n, 3n] } });
    world.runUntil(world.now() + 20_000);
    expect(entriesLeft(world), `crash after effect ${crashAt}`).toBe(0);
    // What is local now is enough.
    for (const key of world.store.objects.keys()) if (key.startsWith('chunks/')) world.store.remove([key]);
    node.crash(true);
    node.start();
    leads(world);
    expect(contentOf(world), `crash after effect ${crashAt}`).toEqual(content);
  }
  expect(goneOn).toBeGreaterThan(0);
});
