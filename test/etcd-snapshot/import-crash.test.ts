import { expect, test } from 'vitest';
import { openMemoryStore } from '../../src/adapters/memory-store/memory-store.ts';
import { createNodeCompression } from '../../src/adapters/node-compression.ts';
import { createNodeDigest } from '../../src/adapters/node-digest.ts';
import { createSystemClock } from '../../src/adapters/system-clock.ts';
import { createSystemRandom } from '../../src/adapters/system-random.ts';
import { collectLines } from '../../src/core/collect/collect-lines.ts';
import type { Core } from '../../src/core/core.ts';
import type { ImportContent } from '../../src/core/import/import-content.ts';
import { importDatabase } from '../../src/core/import/import-database.ts';
import type { Task } from '../../src/core/task.ts';
import { verifyDatabase } from '../../src/core/tool/verify/verify.ts';
import type { Version } from '../../src/core/types/version.ts';
import { runTool } from '../../src/host/run-tool.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';
import { dyingAfter } from '../branch/dying-store.ts';

const valueBytes = 3_000;

/** Several chunks of keys with some history. */
function contentOf(count: number): ImportContent {
  const versions = Array.from({ length: count }, (_, index): Version => {
    const before = Math.floor(index / 40);
    const createRevision = (index % 40) + 2;
    const numbers = { modRevision: index + 2, sub: 0, createRevision, version: before + 1 };
    return { key: `key-${index % 40}`, ...numbers, lease: index % 40 === 7 ? 5n : 0n, valueBytes, value: undefined };
  });
  return {
    compactRevision: 30,
    versions,
    leases: [{ lease: 5n, ttlSeconds: 60 }],
    auth: { enabled: false, revision: 1, users: [], roles: [] },
    expected: undefined,
    readValue: ({ modRevision }) => new Uint8Array(valueBytes).map((_, index) => (index * modRevision) & 255),
  };
}

function run<Result>(store: ObjectStore, task: (core: Core) => Task<Result>): Promise<Result> {
  return runTool(
    {
      store,
      home: '',
      clock: createSystemClock(),
      random: createSystemRandom(),
      digest: createNodeDigest(),
      compression: createNodeCompression(),
      log: () => undefined,
    },
    task,
  );
}

const isThere = async (store: ObjectStore) => (await store.get('manifest')).kind === 'ok';

test('whoever dies at any write leaves nothing, or all of it', async () => {
  const content = contentOf(120);
  for (let last = 0; ; last++) {
    const store = openMemoryStore();
    const { dying, died } = dyingAfter(store, last);
    await run(dying, (core) => importDatabase(core, content)).catch(() => undefined);
    expect(await isThere(store)).toBe(!died());
    // What is left is in nobody's way.
    const again = await run(store, (core) => importDatabase(core, content));
    expect(again.kind).toBe(died() ? 'imported' : 'occupied');
    const { findings, revision } = await run(store, verifyDatabase);
    expect({ findings, revision }).toEqual({ findings: [], revision: 121 });
    if (died()) continue;
    // Chunks, a page, the checkpoint, the manifest.
    expect(last).toBeGreaterThan(5);
    return;
  }
});

test('what an import left that died goes with a collection, and nothing else', async () => {
  const store = openMemoryStore();
  const { dying } = dyingAfter(store, 7);
  await run(dying, (core) => importDatabase(core, contentOf(120))).catch(() => undefined);
  const keys = async () => {
    const listed = await store.list('', {});
    if (listed.kind === 'failed') throw new Error(listed.problem.message);
    return listed.objects.map(({ key }) => key);
  };
  const left = await keys();
  expect(left.length).toBeGreaterThan(5);
  await run(store, (core) => importDatabase(core, contentOf(120)));
  const settings = { retention: undefined, graceMs: 0, youngMs: 0, dryRun: false };
  for (let round = 0; round < 3; round++) await run(store, (core) => collectLines(core, settings));
  const kept = await keys();
  expect(kept.filter((key) => left.includes(key))).toEqual([]);
  expect(kept).toContain('manifest');
  expect((await run(store, verifyDatabase)).findings).toEqual([]);
});

test('an answer that got lost does not make a second one', async () => {
  const store = openMemoryStore();
  let lost = 0;
  const forgetful: ObjectStore = {
    ...store,
    put: async (key, body, condition) => {
      const outcome = await store.put(key, body, condition);
      if (lost++ % 2 === 1) return outcome;
      return { kind: 'unknown', problem: { code: 'Lost', message: 'the answer got lost', permanent: false } };
    },
  };
  expect(await run(forgetful, (core) => importDatabase(core, contentOf(60)))).toMatchObject({ kind: 'imported' });
  expect((await run(store, verifyDatabase)).findings).toEqual([]);
});

test('a database that somebody made meanwhile stays as it is', async () => {
  const store = openMemoryStore();
  const theirs = Uint8Array.of(1, 2, 3);
  const raced: ObjectStore = {
    ...store,
    put: async (key, body, condition) => {
      if (key.startsWith('checkpoints/')) await store.put('manifest', theirs, { kind: 'none' });
      return store.put(key, body, condition);
    },
  };
  const imported = await run(raced, (core) => importDatabase(core, contentOf(60)));
  expect(imported).toEqual({ kind: 'occupied', key: 'manifest' });
  expect(await store.get('manifest')).toMatchObject({ kind: 'ok', body: theirs });
});

test.each(['control', 'manifest', 'log/00000000000000000001', 'branches/a/0123456789abcdef/manifest', 'archives/x'])(
  'where there is %s nothing is made',
  async (key) => {
    const store = openMemoryStore();
    await store.put(key, Uint8Array.of(1), { kind: 'none' });
    expect(await run(store, (core) => importDatabase(core, contentOf(60)))).toEqual({ kind: 'occupied', key });
  },
);

test('a hash that its owner has not is refused before anything is named', async () => {
  const store = openMemoryStore();
  const expected = { hash: 1, revision: 61, compactRevision: 30 };
  const imported = await run(store, (core) => importDatabase(core, { ...contentOf(60), expected }));
  expect(imported).toMatchObject({ kind: 'differs', revision: 61, expected: 1 });
  expect(await isThere(store)).toBe(false);
  // Of another compaction it tells nothing.
  const other = { ...expected, compactRevision: 20 };
  const taken = await run(store, (core) => importDatabase(core, { ...contentOf(60), expected: other }));
  expect(taken).toMatchObject({ kind: 'imported', isCompared: false });
});

test('keys on a lease that is not there keep it', async () => {
  const store = openMemoryStore();
  const imported = await run(store, (core) => importDatabase(core, { ...contentOf(60), leases: [] }));
  expect(imported).toMatchObject({ kind: 'imported', leases: 1, leasesMissing: 1 });
  expect((await run(store, verifyDatabase)).findings).toEqual([]);
});
