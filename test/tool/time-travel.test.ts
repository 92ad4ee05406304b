import { beforeAll, describe, expect, test } from 'vitest';
import { createNodeDigest } from '../../src/adapters/node-digest.ts';
import { slotKey } from '../../src/core/format/keys.ts';
import { decodeManifest, encodeManifest } from '../../src/core/format/manifest.ts';
import { verifyDatabase } from '../../src/core/tool/verify/verify.ts';
import { difference } from '../../src/core/tool/difference.ts';
import { keyAt } from '../../src/core/tool/key-at.ts';
import { keyHistory } from '../../src/core/tool/key-history.ts';
import { stateAt } from '../../src/core/tool/state-at.ts';
import { isTombstone, type Version } from '../../src/core/types/version.ts';
import { ToolError } from '../../src/host/run-tool.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';
import { bytesOfObject, copyOfStore, fillStore, keysOf, tool, type Content, type Filled } from './filled-store.ts';

let filled: Filled;

beforeAll(async () => {
  filled = await fillStore();
});

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const valueOf = (version: Version | undefined): string | undefined =>
  version === undefined || isTombstone(version) ? undefined : textOf(version.value!);

describe('a key at a revision', () => {
  test('is what it was, at every revision', async () => {
    expect((await keysOf(filled.store, 'checkpoints/')).length).toBeGreaterThan(3);
    for (const [revision, content] of filled.contents) {
      const key = `key-${revision % 23}`;
      const answer = await tool(filled.store, (core) => keyAt(core, key, { kind: 'revision', revision }));
      if (answer.kind !== 'found') throw new Error(`revision ${revision} is kept`);
      expect([revision, answer.revision, valueOf(answer.version)]).toEqual([revision, revision, content.get(key)]);
    }
  });

  test('without a cut it is the newest', async () => {
    const newest = filled.contents.get(filled.revision)!;
    const [key, value] = [...newest][0]!;
    const answer = await tool(filled.store, (core) => keyAt(core, key, { kind: 'end' }));
    expect(answer.kind === 'found' && valueOf(answer.version)).toBe(value);
  });

  test('a revision that has not come is a future one', async () => {
    const cut = { kind: 'revision', revision: filled.revision + 1 } as const;
    const answer = await tool(filled.store, (core) => keyAt(core, 'key-1', cut));
    expect(answer).toMatchObject({ kind: 'future', revision: filled.revision });
  });

  test('reads a few objects of a checkpoint, not all of them', async () => {
    const read = new Set<string>();
    const counting: ObjectStore = {
      ...filled.store,
      get: (key, range) => (read.add(key), filled.store.get(key, range)),
    };
    await tool(counting, (core) => keyAt(core, 'key-1', { kind: 'end' }));
    const chunks = [...read].filter((key) => key.startsWith('chunks/'));
    expect(chunks).toHaveLength(1);
  });
});

test('a moment is the state of the last frame at or before it', async () => {
  const { versions } = await tool(filled.store, (core) => keyHistory(core, 'key-5', true));
  for (const { version, wallMs } of versions) {
    const answer = await tool(filled.store, (core) => keyAt(core, 'key-5', { kind: 'moment', wallMs: wallMs! }));
    if (answer.kind !== 'found') throw new Error('the moment is kept');
    expect(answer.revision).toBeGreaterThanOrEqual(version.modRevision);
    expect(valueOf(answer.version)).toBe(filled.contents.get(answer.revision)!.get('key-5'));
  }
});

/** The moment of the first frame of all. */
async function beginOf(store: ObjectStore): Promise<number> {
  const answer = await tool(store, (core) => keyAt(core, 'key-1', { kind: 'moment', wallMs: 1 }));
  if (answer.kind !== 'not-begun') throw new Error(`there is something at that moment: ${answer.kind}`);
  return answer.wallMs;
}

test('a moment before the first frame is before the database', async () => {
  const wallMs = await beginOf(filled.store);
  const before = { kind: 'moment', wallMs: wallMs - 1 } as const;
  const notBegun = { kind: 'not-begun', wallMs };
  expect(await tool(filled.store, (core) => keyAt(core, 'key-1', before))).toMatchObject(notBegun);
  expect(await tool(filled.store, (core) => stateAt(core, before))).toMatchObject(notBegun);
  expect(
    await tool(filled.store, (core) => difference(core, before, { kind: 'end' }, { prefix: '', values: false })),
  ).toMatchObject({ ...notBegun, cut: before });
  expect(await tool(filled.store, (core) => keyAt(core, 'key-1', { kind: 'moment', wallMs }))).toMatchObject({
    kind: 'found',
    version: undefined,
  });
});

test('the history of a key holds every version that it had', async () => {
  const { versions, revision } = await tool(filled.store, (core) => keyHistory(core, 'key-2', true));
  const expected: (readonly [number, string | undefined])[] = [];
  let before: string | undefined;
  for (const [at, content] of filled.contents) {
    const value = content.get('key-2');
    if (value !== before) expected.push([at, value]);
    before = value;
  }
  expect(versions.map(({ version }) => [version.modRevision, valueOf(version)])).toEqual(expected);
  expect(expected.length).toBeGreaterThan(4);
  expect(revision).toBe(filled.revision);
});

describe('the difference', () => {
  test('of any two revisions is that of their contents, either way', async () => {
    const revisions = [1, 2, 17, 40, 65, 90, 120, 150, filled.revision];
    for (const from of revisions) {
      for (const to of revisions) {
        const answer = await tool(filled.store, (core) =>
          difference(
            core,
            { kind: 'revision', revision: from },
            { kind: 'revision', revision: to },
            { prefix: '', values: true },
          ),
        );
        if (answer.kind !== 'difference') throw new Error(`${from} to ${to} is kept`);
        const found = answer.keys.map((one) => [
          one.key,
          one.kind === 'added' ? undefined : valueOf(one.from),
          one.kind === 'deleted' ? undefined : valueOf(one.to),
        ]);
        expect(found).toEqual(expectedDifference(filled.contents.get(from)!, filled.contents.get(to)!));
      }
    }
  });

  test('reads of the checkpoint what was written in between, and no more', async () => {
    const read = new Set<string>();
    const counting: ObjectStore = {
      ...filled.store,
      get: (key, range) => (read.add(key), filled.store.get(key, range)),
    };
    const from = { kind: 'revision', revision: filled.revision - 1 } as const;
    const answer = await tool(counting, (core) =>
      difference(core, from, { kind: 'end' }, { prefix: '', values: false }),
    );
    expect(answer.kind === 'difference' && answer.keys.length).toBeGreaterThan(0);
    const chunks = [...read].filter((key) => key.startsWith('chunks/'));
    expect(chunks.length).toBeLessThanOrEqual(answer.kind === 'difference' ? 2 * answer.keys.length : 0);
  });

  test('below a prefix, and from a moment', async () => {
    const wallMs = await beginOf(filled.store);
    const answer = await tool(filled.store, (core) =>
      difference(core, { kind: 'moment', wallMs }, { kind: 'end' }, { prefix: 'key-2', values: false }),
    );
    const newest = [...filled.contents.get(filled.revision)!.keys()].filter((key) => key.startsWith('key-2')).sort();
    expect(answer).toMatchObject({ kind: 'difference', fromRevision: 1, toRevision: filled.revision });
    expect(answer.kind === 'difference' && answer.keys.map(({ key }) => key)).toEqual(newest);
  });
});

test('the state at a revision is what a client read then', async () => {
  for (const revision of [1, 2, 33, 64, 100, 141, filled.revision]) {
    const values = new Map<string, string>();
    const answer = await tool(filled.store, (core) =>
      stateAt(core, { kind: 'revision', revision }, (version) => {
        values.set(`${version.key} ${version.modRevision}`, textOf(version.value!));
      }),
    );
    if (answer.kind !== 'state') throw new Error('the revision is kept');
    const found = new Map<string, string>();
    answer.state.index.visit({ key: '\0', rangeEnd: '\0' }, revision, (version) => {
      found.set(version.key, values.get(`${version.key} ${version.modRevision}`)!);
      return true;
    });
    expect(answer.position.revision).toBe(revision);
    expect(found).toEqual(
      new Map([...filled.contents.get(revision)!].sort((left, right) => (left[0] < right[0] ? -1 : 1))),
    );
  }
});

describe('a store that does not answer ends the tool', () => {
  const problem = { code: 'SlowDown', message: 'later', permanent: false };

  test('after a while of failing', async () => {
    const away: ObjectStore = { ...filled.store, get: async () => ({ kind: 'failed', problem }) };
    const running = tool(away, (core) => keyAt(core, 'key-1', { kind: 'end' }), undefined, 80);
    await expect(running).rejects.toMatchObject({ reason: 'store', message: expect.stringContaining('SlowDown') });
  });

  test('at once when waiting cannot help', async () => {
    const denied = { code: 'AccessDenied', message: 'no', permanent: true };
    const away: ObjectStore = { ...filled.store, get: async () => ({ kind: 'failed', problem: denied }) };
    const running = tool(away, (core) => keyAt(core, 'key-1', { kind: 'end' }));
    await expect(running).rejects.toBeInstanceOf(ToolError);
  });

  test('when it is told to', async () => {
    const stop = new AbortController();
    const silent: ObjectStore = { ...filled.store, get: () => new Promise(() => undefined) };
    const running = tool(silent, (core) => keyAt(core, 'key-1', { kind: 'end' }), stop.signal);
    stop.abort();
    await expect(running).rejects.toMatchObject({ reason: 'aborted' });
  });
});

function expectedDifference(from: Content, to: Content): (readonly [string, string | undefined, string | undefined])[] {
  const keys = [...new Set([...from.keys(), ...to.keys()])].sort();
  return keys.filter((key) => from.get(key) !== to.get(key)).map((key) => [key, from.get(key), to.get(key)] as const);
}

describe('where the log was collected', () => {
  /** The log begins after the first checkpoint that knows of the compaction; what is before it is gone. */
  async function collected() {
    const store = await copyOfStore(filled.store);
    const digest = createNodeDigest();
    const decoded = decodeManifest('manifest', await bytesOfObject(store, 'manifest'), digest);
    if (decoded.kind !== 'ok') throw new Error('the manifest is whole');
    const manifest = decoded.value;
    const checkpoints = manifest.checkpoints.filter(({ revision }) => revision > filled.compactedAt);
    const oldest = checkpoints[0]!;
    const changed = { ...manifest, checkpoints, logFloor: oldest.slot + 1 };
    await store.put('manifest', encodeManifest(changed, digest), { kind: 'none' });
    await store.deleteMany(Array.from({ length: oldest.slot }, (_, index) => slotKey(index + 1)));
    return { store, oldest };
  }

  test('revisions that the oldest checkpoint still holds are read from it, others are compacted', async () => {
    const { store, oldest } = await collected();
    let held = 0;
    for (const [revision, content] of filled.contents) {
      const answer = await tool(store, (core) => keyAt(core, 'key-5', { kind: 'revision', revision }));
      const isHeld = revision >= filled.compactRevision;
      expect([revision, answer.kind]).toEqual([revision, isHeld ? 'found' : 'compacted']);
      if (answer.kind !== 'found') continue;
      expect(valueOf(answer.version)).toBe(content.get('key-5'));
      if (revision < oldest.revision) held += 1;
    }
    expect(held).toBeGreaterThan(5);
  });

  test('the difference reaches as far', async () => {
    const { store } = await collected();
    const from = filled.compactRevision + 2;
    const of = (revision: number) =>
      tool(store, (core) =>
        difference(core, { kind: 'revision', revision }, { kind: 'end' }, { prefix: '', values: true }),
      );
    const answer = await of(from);
    expect(answer.kind === 'difference' && answer.keys.map(({ key }) => key)).toEqual(
      expectedDifference(filled.contents.get(from)!, filled.contents.get(filled.revision)!).map(([key]) => key),
    );
    expect(await of(filled.compactRevision - 1)).toMatchObject({ kind: 'compacted', revision: filled.compactRevision });
  });

  test('a whole state is not made of a later checkpoint, and moments before it are gone', async () => {
    const { store, oldest } = await collected();
    const before = { kind: 'revision', revision: oldest.revision - 1 } as const;
    expect(await tool(store, (core) => stateAt(core, before))).toMatchObject({
      kind: 'compacted',
      revision: oldest.revision,
    });
    const moment = { kind: 'moment', wallMs: 1 } as const;
    expect(await tool(store, (core) => keyAt(core, 'key-5', moment))).toMatchObject({ kind: 'compacted' });
    expect((await tool(store, verifyDatabase)).findings).toEqual([]);
  });
});
