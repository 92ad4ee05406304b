import { expect, test } from 'vitest';
import { noCompression } from '../../src/core/format/no-compression.ts';
import { decodeCheckpoint } from '../../src/core/format/checkpoint.ts';
import { decodeChunk } from '../../src/core/format/chunk.ts';
import { encodeCondemned } from '../../src/core/format/condemned.ts';
import type { Decoded } from '../../src/core/format/damage.ts';
import { contentHash } from '../../src/core/format/hashes.ts';
import { condemnedKey, kindOfKey, manifestKey } from '../../src/core/format/keys.ts';
import { decodeManifest, encodeManifest } from '../../src/core/format/manifest.ts';
import { decodePage } from '../../src/core/format/page.ts';
import type { Request } from '../../src/core/types/request.ts';
import type { CheckpointReference, Manifest } from '../../src/core/types/log.ts';
import type { Version } from '../../src/core/types/version.ts';
import { createWorldDisk } from '../support/machine-world-disk.ts';
import { noFaults, worldDigest as digest } from '../support/machine-world-node.ts';
import { judge } from '../support/machine-world-oracle.ts';
import { createWorldObjects, type WorldObjects } from '../support/machine-world-store.ts';
import { createWorld, type World, type WorldScenario } from '../support/machine-world.ts';
import { all, deleteRange, put, range } from './state-requests.ts';

/** Whole machines: what a checkpoint uploads, what it is built upon, when it is taken, and when it may not be named. */

const scenario: WorldScenario = {
  seed: 1,
  nodes: 1,
  durability: 'object',
  faults: noFaults,
  disturbances: [],
  healAtMs: 0,
  configuration: { checkpointSegments: 1_000_000, checkpointIntervalMs: 1_000, checkpointChunkBytes: 256 },
};

interface Watched {
  readonly store: WorldObjects;
  /** Keys of PUTs that the store took, in order. */
  readonly puts: string[];
}

/** `taken` is called after each PUT that the store took. */
function watchedStore(taken: (key: string, body: Uint8Array) => void = () => undefined): Watched {
  const objects = createWorldObjects();
  const puts: string[] = [];
  const store: WorldObjects = {
    ...objects,
    put(key, body, condition) {
      const outcome = objects.put(key, body, condition);
      if (outcome.kind === 'ok') {
        puts.push(key);
        taken(key, body);
      }
      return outcome;
    },
  };
  return { store, puts };
}

function leading(store: WorldObjects, configuration: WorldScenario['configuration'] = {}): World {
  const world = createWorld({ ...scenario, configuration: { ...scenario.configuration, ...configuration } }, store);
  expect(world.runUntil(20_000, () => world.leader() !== undefined)).toBe(true);
  return world;
}

function ask(world: World, request: Request) {
  const entry = world.request(world.leader()!, request);
  expect(world.runUntil(world.now() + 5_000, () => entry.answer !== undefined)).toBe(true);
  expect(entry.answer?.kind).toBe('ok');
  return entry;
}

function named(world: World): number {
  return world.ledger.get('log: checkpoint named in the manifest') ?? 0;
}

function nextCheckpoint(world: World): void {
  const before = named(world);
  expect(world.runUntil(world.now() + 60_000, () => named(world) > before)).toBe(true);
}

function restart(world: World, keepDisk: boolean): void {
  const node = world.nodes[0]!;
  node.crash(keepDisk);
  if (!keepDisk) node.disk = createWorldDisk();
  node.start();
  expect(world.runUntil(world.now() + 20_000, () => world.leader() !== undefined)).toBe(true);
}

function fill(world: World, keys: number): void {
  for (let index = 0; index < keys; index++) ask(world, put(nameOf(index), `value ${index}`.padEnd(40, '.')));
}

function nameOf(index: number): string {
  return `key/${String(index).padStart(4, '0')}`;
}

function kinds(puts: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const key of puts) {
    const kind = kindOfKey(key);
    if (kind === 'chunk' || kind === 'page' || kind === 'checkpoint') counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

function value<Value>(decoded: Decoded<Value>): Value {
  if (decoded.kind === 'damaged') throw new Error(`${decoded.damage.key} is damaged`);
  return decoded.value;
}

function bodyOf(store: WorldObjects, key: string): Uint8Array {
  const object = store.objects.get(key.replace(/^\//, ''));
  if (object === undefined) throw new Error(`${key} is missing`);
  return object.body;
}

function manifestOf(store: WorldObjects): Manifest {
  return value(decodeManifest(manifestKey, bodyOf(store, manifestKey), digest));
}

interface Held {
  readonly objects: readonly string[];
  readonly versions: readonly Version[];
}

/** Everything that a checkpoint needs, and what it says. */
function heldBy(store: WorldObjects, { key }: CheckpointReference): Held {
  const { pages } = value(decodeCheckpoint(key, bodyOf(store, key), digest));
  const chunks = pages.flatMap((page) => value(decodePage(page.key, bodyOf(store, page.key), digest)).chunks);
  return {
    objects: [key, ...pages.map((page) => page.key), ...chunks.map((chunk) => chunk.key)],
    versions: chunks.flatMap(
      (chunk) => value(decodeChunk(chunk.key, bodyOf(store, chunk.key), digest, noCompression)).versions,
    ),
  };
}

function newest(store: WorldObjects): CheckpointReference {
  return manifestOf(store).checkpoints.at(-1)!;
}

/** As a collector would: the list first, then the manifest. `lost`: the list itself is missing. */
function condemn(store: WorldObjects, keys: readonly string[], lost = false): void {
  const manifest = manifestOf(store);
  const body = encodeCondemned({ databaseId: manifest.databaseId, keys: [...keys].sort() }, digest);
  const hash = contentHash(body, digest);
  const generation = manifest.generation + 1;
  const key = condemnedKey('', hash, new Uint8Array(8).fill(generation));
  const reference = { key, hash, bytes: body.length, generation, wallMs: 1, count: keys.length };
  if (!lost) store.put(key.slice(1), body, { kind: 'absent' });
  const condemned = [...manifest.condemned, reference];
  store.put(manifestKey, encodeManifest({ ...manifest, generation, condemned }, digest), { kind: 'none' });
}

function condemnedIn(store: WorldObjects, all: readonly string[]): readonly string[] {
  const used = new Set(heldBy(store, newest(store)).objects);
  return all.filter((key) => used.has(key));
}

test('the first uploads everything, one after a change what changed, one after nothing but a fence itself alone', () => {
  const { store, puts } = watchedStore();
  const world = leading(store);
  fill(world, 60);
  nextCheckpoint(world);
  const whole = heldBy(store, newest(store));
  expect(whole.versions.map(({ key }) => key)).toEqual(Array.from({ length: 60 }, (_, index) => nameOf(index)));
  const { chunk: chunks } = kinds(puts);
  expect(chunks).toBeGreaterThan(8);

  puts.length = 0;
  ask(world, put(nameOf(30), 'changed'));
  nextCheckpoint(world);
  const changed = kinds(puts);
  expect(changed['chunk']).toBeLessThanOrEqual(3);
  expect(changed).toMatchObject({ page: 1, checkpoint: 1 });
  expect(heldBy(store, newest(store)).versions).toHaveLength(61);

  // The next reign reads the base from its pages.
  restart(world, true);
  puts.length = 0;
  nextCheckpoint(world);
  expect(kinds(puts)).toEqual({ checkpoint: 1 });
  expect(judge(world)).toEqual([]);
});

test('without anything new there is none by time; with the interval off there is none by time at all', () => {
  const world = leading(watchedStore().store);
  nextCheckpoint(world);
  const before = named(world);
  world.runUntil(world.now() + 30_000);
  expect(named(world)).toBe(before);

  const never = leading(watchedStore().store, { checkpointIntervalMs: 0 });
  fill(never, 3);
  never.runUntil(never.now() + 60_000);
  expect(named(never)).toBe(0);
});

test('keys that were deleted and compacted away between two checkpoints do not come back', () => {
  const { store } = watchedStore();
  const world = leading(store);
  fill(world, 40);
  nextCheckpoint(world);
  const deleted = ask(world, deleteRange(nameOf(0), nameOf(20)));
  ask(world, put(nameOf(39), 'later'));
  const { revision } = (deleted.answer as { header: { revision: number } }).header;
  ask(world, { kind: 'compact', revision: revision + 1, physical: true });
  nextCheckpoint(world);
  expect(heldBy(store, newest(store)).versions.map(({ key }) => key)).toEqual(
    Array.from({ length: 20 }, (_, index) => nameOf(20 + index)),
  );
  restart(world, false);
  expect(ask(world, all()).seen).toHaveLength(20);
  expect(judge(world)).toEqual([]);
});

test.each(['a chunk of its own', 'a chunk that it took over', 'its page', 'itself'])(
  'a checkpoint of which %s was condemned before it was named is not named as it is',
  (which) => {
    const condemned: string[] = [];
    let armed = false;
    const { store } = watchedStore((key) => {
      if (!armed || kindOfKey(key) !== 'checkpoint') return;
      armed = false;
      const { objects } = heldBy(store, { key: `/${key}` } as CheckpointReference);
      const before = new Set(heldBy(store, newest(store)).objects);
      const chunks = objects.filter((name) => kindOfKey(name) === 'chunk');
      const victim = {
        'a chunk of its own': chunks.find((name) => !before.has(name)),
        'a chunk that it took over': chunks.find((name) => before.has(name)),
        'its page': objects.find((name) => kindOfKey(name) === 'page'),
        itself: objects[0],
      }[which]!;
      condemned.push(victim);
      condemn(store, condemned);
      // Who condemns may delete at once as well: nobody may rely on it any more.
      if (which !== 'a chunk that it took over') store.remove([victim.slice(1)]);
    });
    const world = leading(store);
    fill(world, 40);
    nextCheckpoint(world);
    armed = true;
    ask(world, put(nameOf(11), 'changed'));
    nextCheckpoint(world);
    expect(condemned).toHaveLength(1);
    expect(condemnedIn(store, condemned)).toEqual([]);
    expect(heldBy(store, newest(store)).versions).toHaveLength(41);
    const rewritten = 'log: a part of the checkpoint was condemned before it was named; that is written anew';
    expect(world.ledger.get(rewritten)).toBe(1);
    restart(world, false);
    expect(ask(world, range(nameOf(11))).seen).toMatchObject([{ value: 'changed' }]);
    expect(judge(world)).toEqual([]);
  },
);

test('nothing is named while what is condemned cannot be read; afterwards what was uploaded is used', () => {
  const { store, puts } = watchedStore();
  const world = leading(store);
  fill(world, 40);
  world.runUntil(world.now() + 50);
  condemn(store, [condemnedKey('', new Uint8Array(32), new Uint8Array(8))], true);
  world.runUntil(world.now() + 20_000);
  expect(named(world)).toBe(0);
  expect(world.ledger.get('log: checkpoint given up')).toBe(1);
  expect(manifestOf(store).checkpoints).toEqual([]);

  const manifest = manifestOf(store);
  const repaired = { ...manifest, generation: manifest.generation + 1, condemned: [] };
  store.put(manifestKey, encodeManifest(repaired, digest), { kind: 'none' });
  puts.length = 0;
  nextCheckpoint(world);
  expect(kinds(puts)).toEqual({ page: 1, checkpoint: 1 });
  expect(judge(world)).toEqual([]);
});

test('nothing is built upon a checkpoint of which a chunk was found damaged: others of it may be as well', () => {
  const { store } = watchedStore();
  const world = leading(store);
  fill(world, 40);
  nextCheckpoint(world);
  for (const key of [5, 30]) ask(world, put(nameOf(key), 'changed'));
  nextCheckpoint(world);
  const [first, second] = manifestOf(store).checkpoints.map((reference) => heldBy(store, reference).objects);
  const victims = second!.filter((key) => kindOfKey(key) === 'chunk' && !first!.includes(key));
  expect(victims.length).toBeGreaterThan(1);
  for (const victim of victims) {
    const object = store.objects.get(victim.slice(1))!;
    const body = object.body.map((byte, index) => (index === 30 ? byte ^ 1 : byte));
    store.objects.set(victim.slice(1), { ...object, body });
  }
  restart(world, false);
  expect(world.ledger.get('log: checkpoint cannot be used; going back to the one before it')).toBe(1);
  nextCheckpoint(world);
  expect(heldBy(store, newest(store)).objects.filter((key) => victims.includes(key))).toEqual([]);
  expect(heldBy(store, newest(store)).versions).toHaveLength(42);
  restart(world, false);
  expect(world.ledger.get('log: checkpoint cannot be used; going back to the one before it')).toBe(1);
  expect(judge(world)).toEqual([]);
});

test('an orderly end leaves a checkpoint of all there is, unless there is little to replay', () => {
  for (const [writes, checkpoints] of [
    [10, 0],
    [30, 1],
  ] as const) {
    const { store } = watchedStore();
    const world = leading(store, { checkpointIntervalMs: 0 });
    fill(world, writes);
    world.leader()!.send({ kind: 'stop' });
    expect(world.runUntil(world.now() + 4_000, () => !world.nodes[0]!.alive)).toBe(true);
    expect(named(world)).toBe(checkpoints);
    expect(manifestOf(store).checkpoints).toHaveLength(checkpoints);
    restart(world, false);
    expect(world.ledger.get('log: loading keys of the checkpoint') ?? 0).toBe(checkpoints);
    expect(ask(world, all()).seen).toHaveLength(writes);
    expect(judge(world)).toEqual([]);
  }
});

test('an end is not held up by its last checkpoint; a naming that lands later names something whole', () => {
  const { store } = watchedStore();
  const world = createWorld(
    { ...scenario, configuration: { checkpointIntervalMs: 0 }, slowCalls: { 'n1/put/manifest/3': 30_000 } },
    store,
  );
  expect(world.runUntil(20_000, () => world.leader() !== undefined)).toBe(true);
  fill(world, 25);
  const began = world.now();
  world.leader()!.send({ kind: 'stop' });
  expect(world.runUntil(began + 10_000, () => !world.nodes[0]!.alive)).toBe(true);
  // A lease to write it, and the lease is given back.
  expect(world.now() - began).toBeLessThanOrEqual(1_200);
  expect(world.ledger.get('log: stopped before a last checkpoint was written')).toBe(1);
  expect(manifestOf(store).checkpoints).toEqual([]);
  world.runUntil(began + 60_000);
  expect(manifestOf(store).checkpoints.map((reference) => heldBy(store, reference).versions.length)).toEqual([25]);
});
