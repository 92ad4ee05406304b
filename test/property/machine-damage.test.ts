import { beforeAll, describe, expect, test } from 'vitest';
import { openMemoryStore } from '../../src/adapters/memory-store/memory-store.ts';
import { createMemoryDisk } from '../../src/adapters/memory-disk.ts';
import { createMemoryLocalStore } from '../../src/adapters/memory-local-store.ts';
import { createNodeCompression } from '../../src/adapters/node-compression.ts';
import { createNodeDigest } from '../../src/adapters/node-digest.ts';
import { createSystemClock } from '../../src/adapters/system-clock.ts';
import { createSystemRandom } from '../../src/adapters/system-random.ts';
import { DatabaseError } from '../../src/host/database.ts';
import { startNode, type Node, type NodeOptions } from '../../src/host/node.ts';
import type { Disk } from '../../src/ports/disk.ts';
import type { LocalStore } from '../../src/ports/local-store.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';
import { slotKey } from '../../src/core/format/keys.ts';
import { decodePosition, encodePosition } from '../../src/core/format/local-layout.ts';
import { put, range } from './state-requests.ts';

/**
 * Each kind of stored object, damaged in each way: start-up names it and refuses, or goes on from what proves the same content. What
 * is served is always everything that was acknowledged.
 */
type Content = ReadonlyMap<string, Uint8Array>;
type Change = (content: Map<string, Uint8Array>, key: string) => void;

const writes = 14;

interface Started {
  readonly node: Node;
  readonly lines: string[];
  readonly disk: Disk;
  readonly localStore: LocalStore;
}

function start(store: ObjectStore, options: Partial<NodeOptions> = {}): Started {
  const lines: string[] = [];
  const disk = options.disk ?? createMemoryDisk();
  const localStore = options.localStore ?? createMemoryLocalStore();
  const node = startNode({
    store,
    clock: createSystemClock(),
    random: createSystemRandom(),
    digest: createNodeDigest(),
    compression: createNodeCompression(),
    memberId: 1n,
    name: 'one',
    clientUrls: [],
    leaseMs: 200,
    checkpointSegments: 1_000_000,
    ...options,
    disk,
    localStore,
    log: (level, message, fields) => {
      const told = Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`);
      lines.push([level, message, ...told].join(' '));
    },
  });
  return { node, lines, disk, localStore };
}

async function contentOf(store: ObjectStore): Promise<Content> {
  const listed = await store.list('', {});
  if (listed.kind !== 'ok') throw new Error('the memory store lists');
  const content = new Map<string, Uint8Array>();
  for (const { key } of listed.objects) {
    const got = await store.get(key);
    if (got.kind === 'ok') content.set(key, got.body);
  }
  return content;
}

async function storeOf(content: Content): Promise<ObjectStore> {
  const store = openMemoryStore();
  for (const [key, body] of content) await store.put(key, body, { kind: 'none' });
  return store;
}

async function write(node: Node, from: number, to: number): Promise<void> {
  for (let index = from; index <= to; index++) await node.request(put(`key${index}`, `value ${index}`));
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** A database of `writes` keys. `versions`: what its objects were before they were replaced the last time. */
async function makeDatabase(checkpointSegments: number): Promise<{ content: Content; older: Content; local: Started }> {
  const store = openMemoryStore();
  const localStore = createMemoryLocalStore();
  const first = start(store, { checkpointSegments, localStore });
  await first.node.whenReady();
  const checkpoints = () => first.lines.filter((line) => line.includes('checkpoint named')).length;
  await write(first.node, 1, 6);
  if (checkpointSegments < writes) await until(() => checkpoints() === 1);
  const older = await contentOf(store);
  await write(first.node, 7, 12);
  if (checkpointSegments < writes) await until(() => checkpoints() === 2);
  await write(first.node, 13, writes);
  await first.node.close();
  return { content: await contentOf(store), older, local: first };
}

const half: Change = (content, key) => content.set(key, content.get(key)!.slice(0, content.get(key)!.length >> 1));
const emptied: Change = (content, key) => content.set(key, new Uint8Array(0));
const lengthened: Change = (content, key) => content.set(key, new Uint8Array([...content.get(key)!, 0]));
const removed: Change = (content, key) => void content.delete(key);
const flipped =
  (part: number): Change =>
  (content, key) => {
    const bytes = content.get(key)!.slice();
    const at = Math.floor((bytes.length - 1) * part);
    bytes[at] = bytes[at]! ^ 0x10;
    content.set(key, bytes);
  };
const holdsBytesOf =
  (other: (content: Content) => Uint8Array): Change =>
  (content, key) =>
    content.set(key, other(content));

type Outcome = { readonly failure: string | undefined; readonly lines: readonly string[] };

/** Starts on the content; when it serves, everything that was written has to be there. Damage may show itself when values are asked for. */
async function outcomeOn(content: Content, options: Partial<NodeOptions> = {}): Promise<Outcome> {
  const { node, lines } = start(await storeOf(content), { memberId: 2n, ...options });
  for (;;) {
    const ended = await Promise.race([
      node.stopped,
      node.whenReady().then(
        () => undefined,
        () => node.stopped,
      ),
    ]);
    if (ended !== undefined) return { failure: ended.failure, lines };
    try {
      await expectEverything(node, writes);
    } catch (error) {
      if (error instanceof DatabaseError) continue;
      throw error;
    }
    await node.close();
    return { failure: undefined, lines };
  }
}

async function expectEverything(node: Node, count: number): Promise<void> {
  const { response } = await node.request(range('\0', '\0'));
  const found = response.kvs.map(({ key, value }) => `${key}=${Buffer.from(value).toString('latin1')}`).sort();
  expect(found).toEqual(Array.from({ length: count }, (_, index) => `key${index + 1}=value ${index + 1}`).sort());
}

let plain: Awaited<ReturnType<typeof makeDatabase>>;
let checked: Awaited<ReturnType<typeof makeDatabase>>;
let foreign: Awaited<ReturnType<typeof makeDatabase>>;

beforeAll(async () => {
  [plain, checked, foreign] = await Promise.all([makeDatabase(1_000_000), makeDatabase(4), makeDatabase(1_000_000)]);
});

function changed(content: Content, key: string, change: Change): Content {
  const copy = new Map(content);
  expect(copy.has(key)).toBe(true);
  change(copy, key);
  return copy;
}

const everyDamage: readonly (readonly [string, Change, RegExp])[] = [
  ['cut in half', half, /cut short|checksum does not match/],
  ['emptied', emptied, /cut short/],
  ['with a byte more', lengthened, /bytes after its end|checksum does not match/],
  ['with a bit flipped at its start', flipped(0), /not the kind of object that belongs here/],
  ['with a bit flipped in the middle', flipped(0.5), /checksum does not match/],
  ['with a bit flipped at its end', flipped(1), /checksum does not match/],
];

describe.concurrent('control', () => {
  test.for(everyDamage)('%s', async ([, change, words]) => {
    const { failure } = await outcomeOn(changed(plain.content, 'control', change));
    expect(failure).toMatch(/^control: /);
    expect(failure).toMatch(words);
    expect(failure).toMatch(/restore this object from a version or a backup/);
  });

  test('removed', async () => {
    const { failure } = await outcomeOn(changed(plain.content, 'control', removed));
    expect(failure).toMatch(/^control is missing, but the log holds log\/0{19}1\. Starting anew would hide/);
  });

  test('with the bytes of the manifest', async () => {
    const content = changed(
      plain.content,
      'control',
      holdsBytesOf((all) => all.get('manifest')!),
    );
    expect((await outcomeOn(content)).failure).toMatch(/^control: not the kind of object.*found a manifest/);
  });

  test("with another database's", async () => {
    const content = changed(
      plain.content,
      'control',
      holdsBytesOf(() => foreign.content.get('control')!),
    );
    expect((await outcomeOn(content)).failure).toMatch(
      /^manifest belongs to database [0-9a-f]{32}, but control to [0-9a-f]{32}/,
    );
  });

  test('an older version of it: no epoch begins twice', async () => {
    const store = await storeOf(plain.content);
    const before = plain.content.get('control')!;
    for (let reign = 1; reign <= 3; reign++) {
      // As an operator restores it from a version of the bucket, each time the same.
      await store.put('control', before, { kind: 'none' });
      const { node } = start(store, { memberId: 3n });
      await node.whenReady();
      await expectEverything(node, writes);
      await node.close();
    }
  });
});

describe.concurrent('manifest', () => {
  test.for(everyDamage)('%s', async ([, change, words]) => {
    const { failure } = await outcomeOn(changed(checked.content, 'manifest', change));
    expect(failure).toMatch(/^manifest: /);
    expect(failure).toMatch(words);
    expect(failure).toMatch(/restore this object from a version or a backup/);
  });

  test('removed', async () => {
    const { failure } = await outcomeOn(changed(checked.content, 'manifest', removed));
    expect(failure).toMatch(/^manifest is missing, although control says that the database exists/);
  });

  test('with the bytes of control', async () => {
    const content = changed(
      checked.content,
      'manifest',
      holdsBytesOf((all) => all.get('control')!),
    );
    expect((await outcomeOn(content)).failure).toMatch(/^manifest: not the kind of object.*found a control/);
  });

  test("with another database's", async () => {
    const content = changed(
      checked.content,
      'manifest',
      holdsBytesOf(() => foreign.content.get('manifest')!),
    );
    expect((await outcomeOn(content)).failure).toMatch(
      /^manifest belongs to database [0-9a-f]{32}, but control to [0-9a-f]{32}/,
    );
  });

  test('an older version of it: the older checkpoint, and more of the log', async () => {
    const content = changed(
      checked.content,
      'manifest',
      holdsBytesOf(() => checked.older.get('manifest')!),
    );
    const { failure, lines } = await outcomeOn(content);
    expect(failure).toBeUndefined();
    expect(lines.filter((line) => line.includes('loading keys of the checkpoint'))).toHaveLength(1);
  });
});

describe.concurrent.for([
  ['the first', 1],
  ['one in the middle', 8],
  ['the last', writes + 1],
] as const)('segment: %s', ([, slot]) => {
  const key = slotKey(slot);

  test.for(everyDamage)('%s', async ([, change, words]) => {
    const { failure } = await outcomeOn(changed(plain.content, key, change));
    expect(failure).toMatch(new RegExp(`^${key}: `));
    expect(failure).toMatch(words);
    expect(failure).toMatch(/restore this object from a version or a backup/);
  });

  test('removed', async () => {
    const { failure } = await outcomeOn(changed(plain.content, key, removed));
    expect(failure).toMatch(new RegExp(`^${key} is missing, although slots up to ${writes + 1} were durable`));
  });

  test("with another slot's bytes", async () => {
    const content = changed(
      plain.content,
      key,
      holdsBytesOf((all) => all.get(slotKey(slot === 5 ? 4 : 5))!),
    );
    expect((await outcomeOn(content)).failure).toMatch(new RegExp(`^${key}: another object under this name`));
  });

  test('with the bytes of control', async () => {
    const content = changed(
      plain.content,
      key,
      holdsBytesOf((all) => all.get('control')!),
    );
    expect((await outcomeOn(content)).failure).toMatch(new RegExp(`^${key}: not the kind of object.*found a control`));
  });

  test("with another database's", async () => {
    const content = changed(
      plain.content,
      key,
      holdsBytesOf(() => foreign.content.get(key)!),
    );
    expect((await outcomeOn(content)).failure).toMatch(new RegExp(`^${key}: another object under this name.*database`));
  });
});

describe.concurrent.for([
  ['checkpoint', 'checkpoints/'],
  ['page', 'pages/'],
  ['chunk', 'chunks/'],
] as const)('%s', ([, prefix]) => {
  /** Those of the newest checkpoint, and of it alone. */
  const newest = () => [...checked.content.keys()].filter((key) => key.startsWith(prefix) && !checked.older.has(key));

  const damages: readonly (readonly [string, Change, RegExp])[] = [
    ...everyDamage,
    ['removed', removed, /: missing/],
    ['with the bytes of control', holdsBytesOf((all) => all.get('control')!), /not the kind of object/],
    [
      'with an older one of its kind',
      (content, key) => {
        const older = [...checked.older.keys()].find((other) => other.startsWith(prefix))!;
        content.set(key, content.get(older)!);
      },
      /another object under this name/,
    ],
  ];

  test.for(damages)('the newest %s: the older is used', async ([, change, words]) => {
    const [key, ...others] = newest();
    expect(others).toEqual([]);
    const { failure, lines } = await outcomeOn(changed(checked.content, key!, change));
    expect(failure).toBeUndefined();
    const told = lines.filter((line) => line.includes('going back to the one before it'));
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(key);
    expect(told[0]).toMatch(words);
    expect(lines.filter((line) => line.startsWith('info loading keys of the checkpoint'))).not.toEqual([]);
  });

  test('all of them: the log is read from its first slot', async () => {
    const content = new Map(checked.content);
    for (const key of content.keys()) if (key.startsWith(prefix)) flipped(0.5)(content, key);
    const { failure, lines } = await outcomeOn(content);
    expect(failure).toBeUndefined();
    expect(lines.filter((line) => line.includes('going back to the one before it'))).toHaveLength(2);
    expect(lines.find((line) => line.startsWith('info recovered'))).toMatch(new RegExp(`replayedSlots=${writes + 2}`));
  });

  test('all of them, and a segment that only they could stand in for: refused, by its name', async () => {
    const content = new Map(checked.content);
    for (const key of content.keys()) if (key.startsWith(prefix)) flipped(0.5)(content, key);
    flipped(0.5)(content, slotKey(2));
    expect((await outcomeOn(content)).failure).toMatch(new RegExp(`^${slotKey(2)}: `));
  });
});

describe.concurrent('local store', () => {
  async function entriesOf(localStore: LocalStore): Promise<Map<string, Uint8Array>> {
    const entries = await localStore.scan(new Uint8Array([0]), new Uint8Array([0xff]), 10_000);
    return new Map(entries.map(({ key, value }) => [Buffer.from(key).toString('latin1'), value]));
  }

  async function localStoreWith(entries: Content): Promise<LocalStore> {
    const localStore = createMemoryLocalStore();
    const batch = [...entries].map(([key, value]) => ({
      kind: 'put' as const,
      key: new Uint8Array(Buffer.from(key, 'latin1')),
      value,
    }));
    await localStore.write(batch, { durability: 'none' });
    return localStore;
  }

  async function outcomeWith(change: (entries: Map<string, Uint8Array>) => void): Promise<Outcome> {
    const entries = await entriesOf(plain.local.localStore);
    change(entries);
    return outcomeOn(plain.content, { localStore: await localStoreWith(entries) });
  }

  const entryOf = (entries: Content, tag: string) => [...entries.keys()].filter((key) => key.startsWith(tag))[3]!;
  const setAside = /local state set aside/;

  test('whole, it is used', async () => {
    const { failure, lines } = await outcomeWith(() => undefined);
    expect(failure).toBeUndefined();
    expect(lines.filter((line) => line.includes('local state reused'))).toHaveLength(1);
  });

  test.for([
    ['its position with a bit flipped', (entries) => flipped(0.5)(entries, 'p'), /its position is damaged/],
    ['its position cut short', (entries) => half(entries, 'p'), /its position is damaged/],
    ['its position emptied', (entries) => emptied(entries, 'p'), /its position is damaged/],
    ['its position removed', (entries) => removed(entries, 'p'), /it was left incomplete/],
    [
      'a version with a bit flipped',
      (entries) => flipped(0.5)(entries, entryOf(entries, 'm')),
      /a version in it is damaged/,
    ],
    ['a version cut short', (entries) => half(entries, entryOf(entries, 'm')), /a version in it is damaged/],
    [
      "a version with another's bytes",
      (entries) => entries.set(entryOf(entries, 'm'), [...entries].findLast(([key]) => key.startsWith('m'))![1]),
      /a version in it is damaged/,
    ],
  ] as const satisfies readonly (readonly [string, (entries: Map<string, Uint8Array>) => void, RegExp])[])(
    '%s: it is set aside and rebuilt',
    async ([, change, words]) => {
      const { failure, lines } = await outcomeWith(change);
      expect(failure).toBeUndefined();
      const told = lines.filter((line) => setAside.test(line));
      expect(told).toHaveLength(1);
      expect(told[0]).toMatch(words);
    },
  );

  test('its position in another chain: it is set aside and rebuilt', async () => {
    const { failure, lines } = await outcomeWith((entries) => {
      const held = decodePosition(entries.get('p')!, createNodeDigest());
      if (held.kind !== 'ok') throw new Error('the position is whole');
      const position = { ...held.value.position, segmentHash: new Uint8Array(32).fill(7) };
      entries.set('p', encodePosition({ ...held.value, position }, createNodeDigest()));
    });
    expect(failure).toBeUndefined();
    expect(lines.find((line) => setAside.test(line))).toMatch(/log\/0+15 is not the segment that it has applied/);
  });

  test('ahead of a log that lost its last slot: nothing is served, and the slot is named', async () => {
    const content = new Map(plain.content);
    const last = [...content.keys()]
      .filter((key) => key.startsWith('log/'))
      .sort((a, b) => (a < b ? -1 : 1))
      .at(-1)!;
    content.delete(last);
    const { failure } = await outcomeOn(content, {
      localStore: await localStoreWith(await entriesOf(plain.local.localStore)),
    });
    expect(failure).toContain(`${last} is missing, although this node has applied it`);
  });

  test("another database's: it is set aside and rebuilt", async () => {
    const localStore = await localStoreWith(await entriesOf(foreign.local.localStore));
    const { failure, lines } = await outcomeOn(plain.content, { localStore });
    expect(failure).toBeUndefined();
    expect(lines.find((line) => setAside.test(line))).toMatch(/it belongs to another database/);
  });

  test.for([
    ['flipped', (entries: Map<string, Uint8Array>) => flipped(0.5)(entries, entryOf(entries, 'v'))],
    ['removed', (entries: Map<string, Uint8Array>) => removed(entries, entryOf(entries, 'v'))],
    [
      "with another's bytes",
      (entries: Map<string, Uint8Array>) =>
        entries.set(entryOf(entries, 'v'), [...entries].find(([key]) => key.startsWith('v'))![1]),
    ],
  ] as const)('a value %s: never served, and the store is rebuilt when it is met', async ([, change]) => {
    const entries = await entriesOf(plain.local.localStore);
    change(entries);
    const { node, lines } = start(await storeOf(plain.content), { localStore: await localStoreWith(entries) });
    await node.whenReady();
    await expect(node.request(range('\0', '\0'))).rejects.toThrow('etcdserver: request timed out');
    await node.whenReady();
    await expectEverything(node, writes);
    expect(lines.find((line) => setAside.test(line))).toMatch(/the local store is damaged: local store entry 0x76/);
    await node.close();
  });
});

describe.concurrent('local log', () => {
  /** A node that acknowledged six writes from its disk; its copy has them in no slot. */
  async function acknowledgedOnDisk(): Promise<{ content: Content; files: Map<string, Uint8Array> }> {
    const store = openMemoryStore();
    const started = start(store, { durability: 'local', uploadIntervalMs: 60_000 });
    await started.node.whenReady();
    await write(started.node, 1, 6);
    const content = await contentOf(store);
    const files = new Map<string, Uint8Array>();
    for (const file of await started.disk.list()) files.set(file, (await started.disk.read(file))!);
    await started.node.close();
    return { content, files };
  }

  async function startWith(content: Content, files: Content): Promise<Started> {
    const disk = createMemoryDisk();
    for (const [file, bytes] of files) await disk.append(file, bytes, { durability: 'fsync' });
    return start(await storeOf(content), { durability: 'local', disk });
  }

  test('whole, everything acknowledged is there', async () => {
    const { content, files } = await acknowledgedOnDisk();
    expect(files.size).toBe(1);
    const { node } = await startWith(content, files);
    await node.whenReady();
    await expectEverything(node, 6);
    await node.close();
  });

  test.for([
    ['a bit flipped in its first frame', flipped(0.02)],
    ['a bit flipped in the middle', flipped(0.5)],
  ] as const)('%s: refused, by its name', async ([, change]) => {
    const { content, files } = await acknowledgedOnDisk();
    const [file] = files.keys();
    change(files, file!);
    const { node } = await startWith(content, files);
    const { failure } = await node.stopped;
    expect(failure).toContain(`the local log is damaged: ${file}: `);
    expect(failure).toContain('It may hold acknowledged writes that are nowhere else');
  });

  test('cut short in its last frame: that one is taken for torn, and told', async () => {
    const { content, files } = await acknowledgedOnDisk();
    const [file] = files.keys();
    files.set(file!, files.get(file!)!.slice(0, -1));
    const { node, lines } = await startWith(content, files);
    await node.whenReady();
    await expectEverything(node, 5);
    expect(lines.filter((line) => line.includes('ends in a torn frame'))).toHaveLength(1);
    await node.close();
  });

  test("another database's: it is set aside and told, and nothing of it is used", async () => {
    const [mine, others] = await Promise.all([acknowledgedOnDisk(), acknowledgedOnDisk()]);
    const { node, lines, disk } = await startWith(mine.content, others.files);
    await node.whenReady();
    await expectEverything(node, 0);
    expect(lines.filter((line) => line.startsWith('error local log set aside'))).toHaveLength(1);
    expect(await disk.list()).toEqual([]);
    await node.close();
  });
});

test('a database that was moved to another place of a store is not opened there', async () => {
  const home = 'branches/moved/0123456789abcdef/';
  const moved = new Map([...plain.content].map(([key, body]) => [home + key, body] as const));
  const { failure } = await outcomeOn(moved, { home });
  expect(failure).toBe(
    'manifest says that the database is at the root of its store, but it was opened at branches/moved/0123456789abcdef/ below the root of its store: ' +
      'give the URL of the place where it was made, or move it back there.',
  );
});

test('a node makes no branch: what it would do that over was deleted, or is somewhere else', async () => {
  const home = 'branches/one/0123456789abcdef/';
  const { failure } = await outcomeOn(new Map(), { home });
  expect(failure).toBe(`there is no branch at ${home}, or it was deleted: a node makes none`);
});
