import { expect, test } from 'vitest';
import { clientErrors } from '../../src/core/types/error.ts';
import type { Request } from '../../src/core/types/request.ts';
import type { Version } from '../../src/core/types/version.ts';
import { noFaults } from '../support/machine-world-node.ts';
import { judge } from '../support/machine-world-oracle.ts';
import { createWorldObjects, worldProblem, type WorldObjects } from '../support/machine-world-store.ts';
import { createWorld, worldConfiguration, type World, type WorldScenario } from '../support/machine-world.ts';
import { all, bytes, compare, deleteRange, put, range, txn } from './state-requests.ts';

/** Whole machines that recover from a checkpoint: keys first, values when they are wanted, and otherwise slowly, in the background. */

const keys = 40;
/** About a chunk a second. */
const slowly = 256;

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
      checkpointChunkBytes: 256,
      fillBytesPerSecond: slowly,
      ...configuration,
    },
  };
}

function nameOf(index: number): string {
  return `key/${String(index).padStart(4, '0')}`;
}

function valueOf(index: number): string {
  return `value ${index}`.padEnd(40, '.');
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

function count(world: World, what: string): number {
  return world.ledger.get(what) ?? 0;
}

/** A store with a checkpoint of all keys. */
function filledStore(keysFilled: number): WorldObjects {
  const store = createWorldObjects();
  const world = createWorld(scenario({ checkpointIntervalMs: 1_000, fillBytesPerSecond: Infinity }), store);
  leads(world);
  for (let index = 0; index < keysFilled; index++) ask(world, put(nameOf(index), valueOf(index)));
  // Watchers that begin with the history would fetch every value.
  ask(world, { kind: 'compact', revision: keysFilled + 1, physical: true });
  const before = count(world, 'log: checkpoint named in the manifest');
  const named = () => count(world, 'log: checkpoint named in the manifest') > before;
  expect(world.runUntil(world.now() + 60_000, named)).toBe(true);
  expect(judge(world)).toEqual([]);
  return store;
}

const filled = filledStore(keys);

/** What the local store says of chunks: the first entry is of the checkpoint. */
function entriesLeft(world: World): number {
  return [...world.nodes[0]!.disk.local.keys()].filter((key) => key.startsWith('c')).length;
}

function valuesHeld(world: World): number {
  return [...world.nodes[0]!.disk.local.keys()].filter((key) => key.startsWith('v')).length;
}

function recovering(configuration: WorldScenario['configuration'] = {}): World {
  return createWorld(scenario(configuration), filled.copy());
}

function expectEverything(world: World): void {
  const { seen } = ask(world, all());
  expect(seen.map(({ key, value }) => [key, value])).toEqual(
    Array.from({ length: keys }, (_, index) => [nameOf(index), valueOf(index)]),
  );
}

function untilLocal(world: World): void {
  expect(world.runUntil(world.now() + 120_000, () => count(world, 'log: all values are local') > 0)).toBe(true);
  expect(entriesLeft(world)).toBe(0);
}

test('serves before the values are there, and fetches what is asked for', () => {
  const world = recovering();
  leads(world);
  const chunks = entriesLeft(world) - 1;
  expect(chunks).toBeGreaterThan(5);
  expect(valuesHeld(world)).toBeLessThan(keys / 2);
  expect(ask(world, range(nameOf(33))).seen).toMatchObject([{ value: valueOf(33) }]);
  expect(count(world, 'value fetched from its chunk')).toBe(1);
  expect(entriesLeft(world)).toBeGreaterThan(chunks / 2);
  expectEverything(world);
  expect(world.runUntil(world.now() + 2_000, () => entriesLeft(world) === 0)).toBe(true);
  expect(valuesHeld(world)).toBe(keys);
});

test('compares, sorts and previous values do not need what is local', () => {
  const world = recovering();
  leads(world);
  const guarded = (wanted: string) =>
    txn([put(nameOf(30), 'new')], [], [compare(nameOf(30), { kind: 'value', value: bytes(wanted) })]);
  expect(ask(world, guarded(valueOf(30).replace('3', '4'))).answer).toMatchObject({ response: { succeeded: false } });
  expect(ask(world, guarded(valueOf(30))).answer).toMatchObject({ response: { succeeded: true } });
  const sorted = ask(world, range(nameOf(20), nameOf(23), { sortTarget: 'value', sortOrder: 'descend' }));
  expect(sorted.seen.map(({ key }) => key)).toEqual([nameOf(22), nameOf(21), nameOf(20)]);
  expect(ask(world, deleteRange(nameOf(10), undefined, true)).seen).toMatchObject([{ value: valueOf(10) }]);
  expect(entriesLeft(world)).toBeGreaterThan(3);
  untilLocal(world);
  expect(judge(world)).toEqual([]);
});

test('what is asked for is fetched once, however many ask', () => {
  const world = recovering();
  leads(world);
  const entries = Array.from({ length: 20 }, () => world.request(world.leader()!, range(nameOf(33))));
  world.runUntil(world.now() + 2_000);
  for (const { seen } of entries) expect(seen).toMatchObject([{ value: valueOf(33) }]);
});

test('what was compacted away meanwhile is not written any more', () => {
  const world = recovering();
  leads(world);
  const before = valuesHeld(world);
  const { answer } = ask(world, deleteRange(nameOf(0), nameOf(keys)));
  const { revision } = (answer as { header: { revision: number } }).header;
  ask(world, put('other', 'word'));
  ask(world, { kind: 'compact', revision: revision + 1, physical: true });
  untilLocal(world);
  expect(before).toBeLessThan(keys);
  expect([...world.nodes[0]!.disk.local.keys()].filter((key) => key.startsWith('v'))).toHaveLength(1);
  expect(judge(world)).toEqual([]);
});

test('a checkpoint that is taken meanwhile takes over what is not local', () => {
  const world = recovering();
  leads(world);
  const chunks = entriesLeft(world) - 1;
  ask(world, put(nameOf(7), 'changed'));
  ask(world, { kind: 'checkpoint' });
  expect(entriesLeft(world)).toBeGreaterThan(chunks / 2);
  world.nodes[0]!.crash(false);
  const again = createWorld(scenario({ fillBytesPerSecond: Infinity }), world.store);
  leads(again);
  expect(ask(again, range(nameOf(7))).seen).toMatchObject([{ value: 'changed' }]);
  expect(ask(again, all()).seen).toHaveLength(keys);
});

test('a damaged chunk ends the reign when its values are due; it is named, and the log from its first slot takes its place', () => {
  const world = recovering();
  leads(world);
  const chunk = [...world.store.objects.keys()].filter((key) => key.startsWith('chunks/')).at(-1)!;
  const object = world.store.objects.get(chunk)!;
  const body = object.body.slice();
  body[body.length - 6] = body[body.length - 6]! ^ 1;
  world.store.objects.set(chunk, { ...object, body });
  world.request(world.leader()!, all());
  const told = (what: string) => () => world.logLines.some((line) => line.includes(what) && line.includes(chunk));
  expect(world.runUntil(world.now() + 20_000, told('no longer leader'))).toBe(true);
  expect(world.runUntil(world.now() + 20_000, told('checkpoint cannot be used'))).toBe(true);
  leads(world);
  expectEverything(world);
  expect(judge(world)).toEqual([]);
});

const { requestTimeoutMs } = worldConfiguration;

/** These chunks cannot be read; returns what ends it. */
function stall(world: World, isStalled: (key: string) => boolean): () => void {
  const { store } = world;
  const { get } = store;
  store.get = (key, part) =>
    key.startsWith('chunks/') && isStalled(key)
      ? { kind: 'failed', problem: worldProblem }
      : get.call(store, key, part);
  return () => void (store.get = get);
}

test('who asks for a value that cannot be fetched is told so in time, and a watcher waits for it', () => {
  const world = recovering();
  let stalled = true;
  stall(world, () => stalled && world.leader() !== undefined);
  leads(world);
  const reads = [
    world.request(world.leader()!, range(nameOf(33))),
    world.request(world.leader()!, { ...range(nameOf(34)), serializable: true }),
    world.request(world.leader()!, txn([], [], [compare(nameOf(35), { kind: 'value', value: bytes(valueOf(36)) })])),
    world.request(world.leader()!, deleteRange(nameOf(36), undefined, true)),
  ];
  world.runUntil(world.now() + requestTimeoutMs - 500);
  expect(reads.map(({ answer }) => answer)).toEqual([undefined, undefined, undefined, undefined]);
  world.runUntil(world.now() + 1_500);
  for (const { answer } of reads) expect(answer).toEqual({ kind: 'error', error: clientErrors.timeout });
  world.runUntil(world.now() + 4 * requestTimeoutMs);
  expect(world.watchers.some(({ unsure }) => unsure.length > 0)).toBe(true);
  // The transaction's is no answer's.
  expect(count(world, 'values that could not be had')).toBe(3);
  expect(count(world, 'reign')).toBe(1);
  stalled = false;
  const told = () => world.watchers.every(({ events, unsure }) => events.length === 2 && unsure.length === 0);
  expect(world.runUntil(world.now() + 5_000, told)).toBe(true);
  expect(world.watchers[0]!.events[0]).toMatchObject({ key: nameOf(keys - 1), value: valueOf(keys - 1) });
  expect(ask(world, range(nameOf(33))).seen).toMatchObject([{ value: valueOf(33) }]);
  untilLocal(world);
  expect(judge(world)).toEqual([]);
});

test('who wants much waits for as long as something comes', () => {
  const world = recovering();
  leads(world);
  let lastMs = 0;
  // One chunk in two thirds of the time that a request has.
  stall(world, () => {
    if (world.now() - lastMs < (requestTimeoutMs * 2) / 3) return true;
    lastMs = world.now();
    return false;
  });
  const entry = world.request(world.leader()!, all());
  const since = world.now();
  expect(world.runUntil(world.now() + 120_000, () => entry.answer !== undefined)).toBe(true);
  expect(world.now() - since).toBeGreaterThan(2 * requestTimeoutMs);
  expect(entry.seen).toHaveLength(keys);
});

const manyKeys = 400;
const many = filledStore(manyKeys);

test('who wants little does not wait for who wants everything', () => {
  const world = createWorld(scenario({}), many.copy());
  leads(world);
  const everything = world.request(world.leader()!, all());
  const one = world.request(world.leader()!, range(nameOf(manyKeys - 10)));
  expect(world.runUntil(world.now() + 10_000, () => one.answer !== undefined)).toBe(true);
  expect(one.seen).toMatchObject([{ value: valueOf(manyKeys - 10) }]);
  expect(everything.answer).toBeUndefined();
  expect(entriesLeft(world)).toBeGreaterThan(20);
});

test('what comes in the background leaves room for what is asked for', () => {
  const world = createWorld(scenario({ fillBytesPerSecond: 100_000 }), many.copy());
  const inOrder = new Set<string>();
  stall(world, (key) => {
    inOrder.add(key);
    return world.leader() !== undefined && ![...inOrder].slice(-3).includes(key);
  });
  leads(world);
  world.runUntil(world.now() + 10_000);
  expect(inOrder.size).toBeGreaterThan(30);
  expect(ask(world, range(nameOf(manyKeys - 2))).seen).toMatchObject([{ value: valueOf(manyKeys - 2) }]);
});

test('a value that is wanted of what a compaction took away needs no chunk that is gone', () => {
  const world = recovering({ fillBytesPerSecond: Infinity });
  leads(world);
  untilLocal(world);
  const { seen } = ask(world, range(nameOf(3)));
  const version = { key: seen[0]!.key, modRevision: seen[0]!.revision, sub: seen[0]!.sub, valueBytes: 40 } as Version;
  const { answer } = ask(world, put(nameOf(3), 'new'));
  ask(world, {
    kind: 'compact',
    revision: (answer as { header: { revision: number } }).header.revision,
    physical: true,
  });
  for (const key of [...world.store.objects.keys()]) if (key.startsWith('chunks/')) world.store.remove([key]);
  world.nodes[0]!.send({ kind: 'values-wanted', id: 1_000_000, versions: [version], isPatient: false });
  world.runUntil(world.now() + 5_000);
  expect(count(world, 'reign')).toBe(1);
  expect(world.violations).toEqual(['n1 gives values 1000000, which nobody wants']);
});

test('chunks that were collected while another node led: the newer checkpoint takes their place', () => {
  const world = createWorld({ ...scenario({ fillBytesPerSecond: 150 }), nodes: 2 }, filled.copy());
  leads(world);
  const former = world.leader()!;
  const collected = [...world.store.objects.keys()].filter((key) => key.startsWith('chunks/'));
  former.pause(12_000, false);
  const other = world.nodes.find((node) => node !== former)!;
  expect(world.runUntil(world.now() + 12_000, () => other.role === 'leader')).toBe(true);
  const asks = (request: Request) => {
    const entry = world.request(other, request);
    expect(world.runUntil(world.now() + 5_000, () => entry.answer?.kind === 'ok')).toBe(true);
  };
  for (let index = 0; index < keys; index += 2) asks(put(nameOf(index), 'new'));
  asks({ kind: 'checkpoint' });
  expect(world.runUntil(world.now() + 30_000, () => former.role === 'standby')).toBe(true);
  world.store.remove(collected);
  other.crash(true);
  leads(world);
  expect(world.leader()).toBe(former);
  const ended = () => world.logLines.some((line) => line.includes('it holds values that are not local yet'));
  expect(world.runUntil(world.now() + 10_000, ended)).toBe(true);
  leads(world);
  const { seen } = ask(world, all());
  expect(seen.map(({ value }) => value)).toEqual(
    Array.from({ length: keys }, (_, index) => (index % 2 === 0 ? 'new' : valueOf(index))),
  );
  expect(world.failures).toEqual([]);
});

test('a crash after every effect until all values are local', () => {
  const calm = recovering({ fillBytesPerSecond: 2_000 });
  leads(calm);
  const readyAt = calm.nodes[0]!.effects;
  untilLocal(calm);
  const effects = calm.nodes[0]!.effects;
  expect(effects).toBeGreaterThan(readyAt + 20);
  let resumedKeys = 0;
  let resumedValues = 0;
  for (let crashAt = 1; crashAt <= effects; crashAt++) {
    const world = recovering({ fillBytesPerSecond: 2_000 });
    const node = world.nodes[0]!;
    node.crashAtEffect = crashAt;
    world.runUntil(120_000, () => node.effects >= crashAt && !node.alive);
    if (entriesLeft(world) > 1 && crashAt > readyAt) resumedValues += 1;
    node.start();
    leads(world);
    resumedKeys += count(world, 'log: going on with the checkpoint that was being loaded');
    expectEverything(world);
    world.runUntil(world.now() + 20_000);
    expect(entriesLeft(world), `crash after effect ${crashAt}`).toBe(0);
    expect(valuesHeld(world), `crash after effect ${crashAt}`).toBe(keys);
    expect(judge(world), `crash after effect ${crashAt}`).toEqual([]);
  }
  expect(resumedKeys).toBeGreaterThan(0);
  expect(resumedValues).toBeGreaterThan(0);
});
