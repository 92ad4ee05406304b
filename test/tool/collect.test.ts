import { beforeAll, describe, expect, test } from 'vitest';
import { createBranch } from '../../src/core/branch/create-branch.ts';
import { collectOnce } from '../../src/core/collect/collect-once.ts';
import { decodeCheckpoint } from '../../src/core/format/checkpoint.ts';
import { encodeCondemned } from '../../src/core/format/condemned.ts';
import { contentHash } from '../../src/core/format/hashes.ts';
import { chunkKey, condemnedKey } from '../../src/core/format/keys.ts';
import { decodeManifest, encodeManifest } from '../../src/core/format/manifest.ts';
import { condemnedReferencesMax } from '../../src/core/limits.ts';
import { createNodeDigest } from '../../src/adapters/node-digest.ts';
import type { GetOutcome, ObjectStore } from '../../src/ports/object-store.ts';
import { bytesOfObject, copyOfStore, fillStore, keysOf, tool, withNode } from './filled-store.ts';

/** A collector that cannot tell what is needed deletes nothing, condemns nothing, and says what it could not read. */

const settings = {
  retention: { kind: 'age', milliseconds: 0 },
  youngMs: 0,
  graceMs: 0,
  dryRun: false,
} as const;
const digest = createNodeDigest();
const collect = (store: ObjectStore) => tool(store, (core) => collectOnce(core, settings), undefined, 50);
const milliseconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count));

/** Much that nothing needs any more is there: some of it condemned, and to be deleted by the next collection. */
let ripe: ObjectStore;

beforeAll(async () => {
  const filled = await fillStore();
  ripe = filled.store;
  const cut = { kind: 'revision', revision: filled.compactedAt + 20 } as const;
  const created = await tool(ripe, (core) => createBranch(core, 'kept', cut));
  expect(created.kind).toBe('created');
  await milliseconds(2);
  await collect(ripe);
  await milliseconds(2);
  expect((await manifestOf(ripe)).condemned).toHaveLength(1);
});

async function manifestOf(store: ObjectStore) {
  const decoded = decodeManifest('manifest', await bytesOfObject(store, 'manifest'), digest);
  if (decoded.kind !== 'ok') throw new Error('the manifest is whole');
  return decoded.value;
}

async function newestPage(store: ObjectStore): Promise<string> {
  return pageOf(store, (await manifestOf(store)).checkpoints.at(-1)!.key);
}

async function pageOf(store: ObjectStore, key: string): Promise<string> {
  const decoded = decodeCheckpoint(key, await bytesOfObject(store, key.slice(1)), digest);
  if (decoded.kind !== 'ok') throw new Error('the checkpoint is whole');
  return decoded.value.pages[0]!.key.slice(1);
}

/** The one that a branch alone needs. */
async function pinnedOf(store: ObjectStore): Promise<string> {
  const { pins, checkpoints } = await manifestOf(store);
  const { key } = pins[0]!.checkpoint!;
  expect(checkpoints.map((checkpoint) => checkpoint.key)).not.toContain(key);
  return key.slice(1);
}

test('with everything readable much is deleted', async () => {
  const store = await copyOfStore(ripe);
  const before = (await keysOf(store)).length;
  const { deleted } = await collect(store);
  expect(deleted.objects).toBeGreaterThan(20);
  expect((await keysOf(store)).length).toBeLessThan(before - 20);
});

type Spoil = (bytes: Uint8Array) => Uint8Array | undefined;

const spoilt: Readonly<Record<string, Spoil>> = {
  missing: () => undefined,
  empty: () => new Uint8Array(0),
  'cut short': (bytes) => bytes.slice(0, -3),
  'damaged in its header': (bytes) => flipped(bytes, 0.02),
  damaged: (bytes) => flipped(bytes, 0.5),
  'damaged at its end': (bytes) => flipped(bytes, 1),
};

function flipped(bytes: Uint8Array, place: number): Uint8Array {
  const changed = bytes.slice();
  changed[Math.floor((changed.length - 1) * place)]! ^= 0x10;
  return changed;
}

const needed: Readonly<Record<string, (store: ObjectStore) => Promise<string>>> = {
  'the manifest': () => Promise.resolve('manifest'),
  'the newest checkpoint': async (store) => (await manifestOf(store)).checkpoints.at(-1)!.key.slice(1),
  'a page of it': newestPage,
  'the checkpoint that a branch began from': pinnedOf,
  'a page of that': async (store) => pageOf(store, `/${await pinnedOf(store)}`),
  'the list of what was condemned': async (store) => (await manifestOf(store)).condemned[0]!.key.slice(1),
};

describe.each(Object.entries(needed))('%s', (_, find) => {
  test.each(Object.entries(spoilt))('%s: nothing is deleted', async (_way, spoil) => {
    const store = await copyOfStore(ripe);
    const key = await find(store);
    const bytes = spoil(await bytesOfObject(store, key));
    if (bytes === undefined) await store.deleteMany([key]);
    else await store.put(key, bytes, { kind: 'none' });
    await expectNothingDone(store, store, key);
  });

  const problems: readonly (readonly [string, GetOutcome])[] = [
    ['not answered', { kind: 'failed', problem: { code: '503', message: 'slow down', permanent: false } }],
    ['refused', { kind: 'failed', problem: { code: '403', message: 'denied', permanent: true } }],
  ];
  test.each(problems)('%s: nothing is deleted', async (_way, outcome) => {
    const store = await copyOfStore(ripe);
    const key = await find(store);
    const get = (asked: string) => (asked === key ? Promise.resolve(outcome) : store.get(asked));
    await expectNothingDone(store, { ...store, get }, outcome.kind === 'failed' ? outcome.problem.code : key);
  });
});

/** By everything that is there, and its bytes. */
async function expectNothingDone(store: ObjectStore, asCollected: ObjectStore, reason: string): Promise<void> {
  const content = async () => {
    const keys = await keysOf(store);
    return Promise.all(keys.map(async (key) => [key, digest.sha256(await bytesOfObject(store, key))]));
  };
  const before = await content();
  await expect(collect(asCollected)).rejects.toThrow(reason);
  expect(await content()).toEqual(before);
}

test('where others are faster each time, it says that, and calls nothing damaged', async () => {
  const store = await copyOfStore(ripe);
  const overtaken: ObjectStore = {
    ...store,
    put: (key, body, condition) =>
      key === 'manifest' ? Promise.resolve({ kind: 'condition-failed' }) : store.put(key, body, condition),
  };
  await expect(collect(overtaken)).rejects.toMatchObject({
    reason: 'contention',
    message: 'manifest was changed by others in each of 10 attempts: nothing was collected, try again later',
  });
});

test('a leader whose manifest becomes unreadable deletes nothing until it is whole again', async () => {
  const store = await copyOfStore(ripe);
  let blind = false;
  let blindReads = 0;
  let deletions = 0;
  const watched: ObjectStore = {
    ...store,
    async get(key, range) {
      const outcome = await store.get(key, range);
      if (!blind || key !== 'manifest' || outcome.kind !== 'ok') return outcome;
      blindReads += 1;
      return { ...outcome, body: flipped(outcome.body, 0.5) };
    },
    deleteMany(keys) {
      deletions += keys.length;
      return store.deleteMany(keys);
    },
  };
  const until = async (holds: () => boolean) => {
    while (!holds()) await milliseconds(2);
  };
  await withNode(
    watched,
    async (database) => {
      blind = true;
      // What was under way when it became so has ended.
      await until(() => blindReads >= 2);
      const before = deletions;
      await database.put('key', 'value');
      await until(() => blindReads >= 6);
      expect(deletions).toBe(before);
      blind = false;
      await until(() => deletions > before + 20);
    },
    { retention: settings.retention, checkpointSegments: 10_000, collectIntervalMs: 20, collectGraceMs: 0 },
  );
});

test('with no room for another list nothing more is condemned until one of them is gone', async () => {
  const store = await copyOfStore(ripe);
  const manifest = await manifestOf(store);
  const { databaseId } = manifest;
  const condemned = [];
  for (let index = 0; index < condemnedReferencesMax; index++) {
    const attempt = new Uint8Array(8);
    new DataView(attempt.buffer).setUint32(0, index);
    const hash = new Uint8Array(32).fill(7);
    const body = encodeCondemned({ databaseId, keys: [chunkKey('', hash, attempt)] }, digest);
    const listHash = contentHash(body, digest);
    const key = condemnedKey('', listHash, attempt);
    await store.put(key.slice(1), body, { kind: 'none' });
    condemned.push({
      key,
      hash: listHash,
      bytes: body.length,
      generation: 1,
      wallMs: Date.now() + 3_600_000,
      count: 1,
    });
  }
  const full = { ...manifest, condemned };
  await store.put('manifest', encodeManifest(full, digest), { kind: 'none' });
  const orphans = (await keysOf(store, 'chunks/')).length;
  expect((await collect(store)).condemned.objects).toBe(0);
  expect((await keysOf(store, 'chunks/')).length).toBe(orphans);
  const emptied = { ...full, condemned: condemned.slice(1) };
  await store.put('manifest', encodeManifest(emptied, digest), { kind: 'none' });
  expect((await collect(store)).condemned.objects).toBeGreaterThan(0);
  expect((await manifestOf(store)).condemned).toHaveLength(condemnedReferencesMax);
});
