import { beforeAll, expect, test } from 'vitest';
import { createNodeDigest } from '../../src/adapters/node-digest.ts';
import { collectOnce, type Collection } from '../../src/core/collect/collect-once.ts';
import { slotKey } from '../../src/core/format/keys.ts';
import { decodeManifest } from '../../src/core/format/manifest.ts';
import type { Manifest } from '../../src/core/types/log.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';
import { bytesOfObject, copyOfStore, fillStore, keysOf, tool, type Filled } from './filled-store.ts';

/** Archives and collectors where something is damaged, and where nothing is left to do. */

const digest = createNodeDigest();
const settings = { retention: { kind: 'for-ever' }, graceMs: 0, youngMs: 0, dryRun: false } as const;
const archiveSegments = 5;

let filled: Filled;

beforeAll(async () => {
  filled = await fillStore();
});

async function manifestOf(store: ObjectStore): Promise<Manifest> {
  const read = decodeManifest('manifest', await bytesOfObject(store, 'manifest'), digest);
  if (read.kind !== 'ok') throw new Error('it was whole');
  return read.value;
}

async function collect(store: ObjectStore): Promise<Collection> {
  // What is condemned is ripe when it is older than now.
  await new Promise((resolve) => setTimeout(resolve, 2));
  return tool(
    store,
    (core) => {
      const configuration = { ...core.configuration, archiveSegments, archiveBytes: 20_000 };
      return collectOnce({ ...core, configuration }, settings);
    },
    undefined,
    50,
  );
}

async function flip(store: ObjectStore, key: string, place = 0.5): Promise<void> {
  const bytes = (await bytesOfObject(store, key)).slice();
  bytes[Math.floor((bytes.length - 1) * place)]! ^= 1;
  await store.put(key, bytes, { kind: 'none' });
}

function counted(store: ObjectStore): { readonly store: ObjectStore; readonly calls: string[] } {
  const calls: string[] = [];
  const wrapped: ObjectStore = {
    ...store,
    get: (key, range) => (calls.push(`GET ${key}`), store.get(key, range)),
    put: (key, body, condition) => (calls.push(`PUT ${key}`), store.put(key, body, condition)),
    list: (prefix, options) => (calls.push(`LIST ${prefix}`), store.list(prefix, options)),
    deleteMany: (keys) => (calls.push(`DELETE ${keys.length}`), store.deleteMany(keys)),
  };
  return { store: wrapped, calls };
}

for (const place of [0.02, 0.5, 1]) {
  test(`slots stay while the archive that is to stand for them is damaged at ${place} of it`, async () => {
    const store = await copyOfStore(filled.store);
    await collect(store);
    const slots = await keysOf(store, 'log/');
    const { archives } = await manifestOf(store);
    expect(archives.length).toBeGreaterThan(1);
    const { key } = archives.at(-1)!;
    await flip(store, key.slice(1), place);
    await expect(collect(store)).rejects.toThrow(
      `nothing was deleted, because what is still needed cannot be told: ${key}: `,
    );
    const left = new Set(await keysOf(store, 'log/'));
    const { firstSlot, lastSlot } = archives.at(-1)!;
    for (let slot = firstSlot; slot <= lastSlot; slot++) expect(left).toContain(slotKey(slot));
    expect(slots.length).toBeGreaterThan(lastSlot - firstSlot);
  });
}

test('what comes before a damaged slot is archived, and read once only', async () => {
  const store = await copyOfStore(filled.store);
  await flip(store, slotKey(60));
  await expect(collect(store)).rejects.toThrow(/old slots were not archived: log\/0*60: /);
  const { archives } = await manifestOf(store);
  expect(archives.at(-1)?.lastSlot).toBe(59);
  const { store: watched, calls } = counted(store);
  await expect(collect(watched)).rejects.toThrow(/old slots were not archived: log\/0*60: /);
  await expect(collect(watched)).rejects.toThrow(/old slots were not archived: log\/0*60: /);
  calls.length = 0;
  await expect(collect(watched)).rejects.toThrow(/old slots were not archived: log\/0*60: /);
  expect(calls.filter((call) => call.startsWith('GET log/')).length).toBeLessThan(32);
  expect((await manifestOf(store)).archives.at(-1)?.lastSlot).toBe(59);
});

test('a database at rest is collected without a write, with a request for each checkpoint and its pages and few more', async () => {
  const store = await copyOfStore(filled.store);
  for (let round = 0; round < 4; round++) await collect(store);
  const { generation, checkpoints, archives } = await manifestOf(store);
  expect(archives.length).toBeGreaterThan(1);
  const { store: watched, calls } = counted(store);
  await collect(watched);
  expect((await manifestOf(store)).generation).toBe(generation);
  expect(calls.filter((call) => !/^(GET (manifest|checkpoints\/|pages\/)|LIST )/.test(call))).toEqual([]);
  const pages = (await keysOf(store, 'pages/')).length;
  expect(calls.length).toBeLessThan(checkpoints.length + pages + 10);
});
