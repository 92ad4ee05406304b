import { beforeAll, describe, expect, test } from 'vitest';
import { createNodeDigest } from '../../src/adapters/node-digest.ts';
import { collectOnce, type Collection } from '../../src/core/collect/collect-once.ts';
import { encodeArchiveSection, openArchive, openArchiveSection, sealArchive } from '../../src/core/format/archive.ts';
import { contentHash } from '../../src/core/format/hashes.ts';
import { archiveKey, slotKey, slotOfKey } from '../../src/core/format/keys.ts';
import { decodeManifest, encodeManifest } from '../../src/core/format/manifest.ts';
import { createNodeCompression } from '../../src/adapters/node-compression.ts';
import { stateAt } from '../../src/core/tool/state-at.ts';
import { verifyDatabase } from '../../src/core/tool/verify/verify.ts';
import type { ArchiveReference, Manifest } from '../../src/core/types/log.ts';
import { isTombstone, type Version } from '../../src/core/types/version.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';
import { bytesOfObject, copyOfStore, fillStore, keysOf, tool, withNode, type Filled } from './filled-store.ts';

/** Old slots in archives, made by `t4 gc`'s very task on a store that real nodes filled, and everything that reads a log reading them. */

const digest = createNodeDigest();
const compression = createNodeCompression();
const forEver = { kind: 'for-ever' } as const;

let filled: Filled;
let archived: ObjectStore;
let before: readonly string[];

async function manifestOf(store: ObjectStore): Promise<Manifest> {
  const read = decodeManifest('manifest', await bytesOfObject(store, 'manifest'), digest);
  if (read.kind !== 'ok') throw new Error('it was whole');
  return read.value;
}

function collect(store: ObjectStore, archiveSegments = 5, archiveBytes = 20_000): Promise<Collection> {
  const settings = { retention: forEver, graceMs: 0, youngMs: 0, dryRun: false };
  return tool(store, (core) => {
    const configuration = { ...core.configuration, archiveSegments, archiveBytes };
    return collectOnce({ ...core, configuration }, settings);
  });
}

const slotsOf = async (store: ObjectStore) => (await keysOf(store, 'log/')).map((key) => slotOfKey(key)!);

beforeAll(async () => {
  filled = await fillStore();
  archived = await copyOfStore(filled.store);
  before = await keysOf(archived, 'log/');
  expect((await collect(archived)).slotsArchived).toBeGreaterThan(100);
  await collect(archived);
  await collect(archived);
});

test('slots up to the newest checkpoint but one are in archives, each byte for byte', async () => {
  const manifest = await manifestOf(archived);
  const { archives, checkpoints } = manifest;
  expect(archives.length).toBeGreaterThan(1);
  expect(archives[0]!.firstSlot).toBe(manifest.logFloor);
  expect(archives.at(-1)!.lastSlot).toBeLessThanOrEqual(checkpoints.at(-2)!.slot);
  for (const { key, firstSlot } of archives) {
    const open = openArchive(key, await bytesOfObject(archived, key.slice(1)), digest);
    if (open.kind !== 'ok') throw new Error('it is whole');
    let slot = firstSlot;
    for (let section = 0; section < open.value.index.sections.length; section++) {
      const read = openArchiveSection(key, open.value, section, compression);
      if (read.kind !== 'ok') throw new Error('it is whole');
      for (const bytes of read.value) expect(bytes).toEqual(await bytesOfObject(filled.store, slotKey(slot++)));
    }
  }
});

test('the objects of archived slots are gone, but for fences and the slots after them', async () => {
  const { archives, logCollectedFloor, logInflightMax } = await manifestOf(archived);
  const last = archives.at(-1)!.lastSlot;
  expect(logCollectedFloor).toBe(last + 1);
  const kept = (await slotsOf(archived)).filter((slot) => slot <= last);
  expect(kept).toContain(1);
  expect(kept.length).toBeLessThanOrEqual(5 * (logInflightMax + 1));
  expect((await slotsOf(archived)).filter((slot) => slot > last).length).toBe(before.length - last);
});

test('former archives are gone once they were merged', async () => {
  const { archives } = await manifestOf(archived);
  const keys = (await keysOf(archived, 'archives/')).map((key) => `/${key}`);
  expect(keys.sort()).toEqual(archives.map(({ key }) => key).sort());
});

test('every revision is what it was, from the oldest checkpoint on', async () => {
  const [oldest] = (await manifestOf(archived)).checkpoints;
  let compared = 0;
  for (const [revision, content] of filled.contents) {
    if (revision % 17 !== 0 || revision < Math.max(filled.compactRevision, oldest!.revision)) continue;
    const held = new Map<string, string>();
    const take = (version: Version): void => {
      if (isTombstone(version)) held.delete(version.key);
      else held.set(version.key, new TextDecoder().decode(version.value));
    };
    const found = await tool(archived, (core) => stateAt(core, { kind: 'revision', revision }, take, 'oldest-first'));
    expect(found).toMatchObject({ kind: 'state', position: { revision } });
    expect(held).toEqual(content);
    compared += 1;
  }
  expect(compared).toBeGreaterThan(5);
});

test('a node recovers from the oldest checkpoint and archives', async () => {
  const store = await copyOfStore(archived);
  const manifest = await manifestOf(store);
  await store.deleteMany(manifest.checkpoints.slice(1).map(({ key }) => key.slice(1)));
  const content = filled.contents.get(filled.revision)!;
  const read = await withNode(store, async (database) => {
    const pairs = [];
    for (const key of content.keys()) pairs.push([key, new TextDecoder().decode((await database.get(key))!.value)]);
    return pairs;
  });
  expect(read).toEqual([...content]);
});

describe('verify', () => {
  async function harmed(harm: (store: ObjectStore, archive: ArchiveReference) => Promise<void>) {
    const store = await copyOfStore(archived);
    const [archive] = (await manifestOf(store)).archives;
    await harm(store, archive!);
    return { archive: archive!, verification: await tool(store, verifyDatabase) };
  }

  test('goes over archives as over slots', async () => {
    const plain = await tool(filled.store, verifyDatabase);
    expect(plain.findings).toEqual([]);
    const verification = await tool(archived, verifyDatabase);
    expect(verification.findings).toEqual([]);
    expect(verification).toMatchObject({
      firstSlot: (await manifestOf(archived)).logFloor,
      lastSlot: plain.lastSlot,
      revision: plain.revision,
    });
    expect(verification.counts.archive.objects).toBe((await manifestOf(archived)).archives.length);
    expect(verification.checkpoints.slice(1).every(({ compared }) => compared)).toBe(true);
  });

  test('a missing one', async () => {
    const { archive, verification } = await harmed(async (store, { key }) => {
      await store.deleteMany([key.slice(1)]);
    });
    const cost = expect.stringMatching(/no longer be read or restored one by one; a recovery begins with/) as string;
    expect(verification.findings).toMatchObject([{ key: archive.key, kind: 'missing', cost }]);
  });

  test('a damaged one', async () => {
    const { archive, verification } = await harmed(async (store, { key }) => {
      const bytes = (await bytesOfObject(store, key.slice(1))).slice();
      bytes[bytes.length >> 1]! ^= 1;
      await store.put(key.slice(1), bytes, { kind: 'none' });
    });
    expect(verification.findings).toMatchObject([{ key: archive.key, kind: 'damaged' }]);
  });

  /** Well-formed and named, but not made of the slots. */
  async function forge(
    store: ObjectStore,
    archive: ArchiveReference,
    change: (
      segments: readonly { isFence: boolean; bytes: Uint8Array }[],
    ) => readonly { isFence: boolean; bytes: Uint8Array }[],
  ): Promise<ArchiveReference> {
    const open = openArchive(archive.key, await bytesOfObject(store, archive.key.slice(1)), digest);
    if (open.kind !== 'ok') throw new Error('it was whole');
    const segments = open.value.index.sections.flatMap((entries, section) => {
      const read = openArchiveSection(archive.key, open.value, section, compression);
      if (read.kind !== 'ok') throw new Error('it was whole');
      return read.value.map((bytes, index) => ({ isFence: entries[index]!.isFence, bytes }));
    });
    const changed = change(segments);
    const stored = [
      encodeArchiveSection(
        changed.map(({ bytes }) => bytes),
        compression,
      ),
    ];
    const sections = [changed.map(({ isFence, bytes }) => ({ isFence, bytes: bytes.length }))];
    const { databaseId, firstSlot } = open.value.index;
    const { bytes, indexBytes } = sealArchive({ databaseId, firstSlot, sections }, stored, digest);
    const hash = contentHash(bytes, digest);
    const key = archiveKey('', firstSlot, hash, new Uint8Array(8).fill(9));
    await store.put(key.slice(1), bytes, { kind: 'none' });
    const contentBytes = changed.reduce((sum, segment) => sum + segment.bytes.length, 0);
    const forged = { ...archive, key, hash, bytes: bytes.length, indexBytes, contentBytes };
    const manifest = await manifestOf(store);
    const archives = [forged, ...manifest.archives.slice(1)];
    await store.put('manifest', encodeManifest({ ...manifest, archives }, digest), { kind: 'none' });
    return forged;
  }

  test('one with a slot twice and another left out', async () => {
    let forged: ArchiveReference | undefined;
    const { verification } = await harmed(async (store, archive) => {
      forged = await forge(store, archive, (segments) => [segments[0]!, segments[0]!, ...segments.slice(2)]);
    });
    expect(verification.findings).toMatchObject([
      { key: forged!.key, what: expect.stringContaining(`, slot ${forged!.firstSlot + 1}: `) as string },
    ]);
  });

  test('one whose index does not know a fence', async () => {
    let forged: ArchiveReference | undefined;
    const { verification } = await harmed(async (store, archive) => {
      forged = await forge(store, archive, (segments) => segments.map((segment) => ({ ...segment, isFence: false })));
    });
    expect(verification.findings[0]).toMatchObject({
      key: forged!.key,
      what: expect.stringMatching(/a fence segment, but the index says data/) as string,
    });
  });

  test('a lost manifest: the archives are found by their names', async () => {
    const store = await copyOfStore(archived);
    await store.deleteMany(['manifest']);
    const verification = await tool(store, verifyDatabase);
    expect(verification.findings.map(({ key }) => key)).toEqual(['manifest']);
    expect(verification.counts.archive.objects).toBeGreaterThan(1);
  });
});

test('what cannot be read is not archived, and what is collected says so', async () => {
  const store = await copyOfStore(filled.store);
  const bytes = (await bytesOfObject(store, slotKey(60))).slice();
  bytes[50]! ^= 1;
  await store.put(slotKey(60), bytes, { kind: 'none' });
  await expect(collect(store)).rejects.toThrow(/old slots were not archived: log\/0*60: /);
  expect((await manifestOf(store)).archives.at(-1)!.lastSlot).toBe(59);
  expect(await slotsOf(store)).toEqual(await slotsOf(filled.store));
});

test('a dry run says how many, and changes nothing', async () => {
  const store = await copyOfStore(filled.store);
  const settings = { retention: forEver, graceMs: 0, youngMs: 0, dryRun: true };
  const collection = await tool(store, (core) => {
    return collectOnce({ ...core, configuration: { ...core.configuration, archiveSegments: 5 } }, settings);
  });
  const { checkpoints, logFloor } = await manifestOf(store);
  expect(collection.slotsArchived).toBe(checkpoints.at(-2)!.slot - logFloor + 1);
  expect(await keysOf(store)).toEqual(await keysOf(filled.store));
});
