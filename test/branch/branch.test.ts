import { describe, expect, test } from 'vitest';
import { openMemoryStore } from '../../src/adapters/memory-store/memory-store.ts';
import { changeManifest } from '../../src/core/branch/change-manifest.ts';
import { deleteBranch } from '../../src/core/branch/delete-branch.ts';
import { listBranches } from '../../src/core/branch/list-branches.ts';
import { readManifestAt } from '../../src/core/branch/pinned.ts';
import { removeBranch } from '../../src/core/branch/remove-branch.ts';
import { collectOnce } from '../../src/core/collect/collect-once.ts';
import type { Core } from '../../src/core/core.ts';
import { slotKey } from '../../src/core/format/keys.ts';
import type { Cut } from '../../src/core/types/log.ts';
import type { T4 } from '../../src/library/t4.ts';
import { keysOf } from '../tool/filled-store.ts';
import { contentOf, createFamily, homeOf, type Content, type Family } from './family.ts';

/** One key more at each revision: content at revision r has r - 1 keys. */
async function fill(family: Family, home: string, keys: number, prefix = 'key'): Promise<void> {
  await family.node(home, async (database) => {
    for (let index = 0; index < keys; index++) await database.put(`${prefix}/${index}`, `${index}`);
  });
}

const contentAt = (family: Family, home: string): Promise<Content> =>
  family.node(home, (database) => contentOf(database));

async function manifestAt(family: Family, home: string) {
  const held = await family.tool('', (core) => readManifestAt(core, home));
  return held!.manifest;
}

describe('a branch', () => {
  test('begins as its parent was, and neither sees what the other writes', async () => {
    const family = createFamily();
    await fill(family, '', 40);
    const home = homeOf(await family.branch('', 'try'));
    expect(home).toMatch(/^branches\/try\/[0-9a-f]{16}\/$/);
    const before = await contentAt(family, '');
    await fill(family, home, 5, 'branch');
    await fill(family, '', 5, 'parent');
    const names = (content: Content) => [...content.keys()].filter((key) => !key.startsWith('key/'));
    expect(names(await contentAt(family, home))).toEqual([0, 1, 2, 3, 4].map((index) => `branch/${index}`));
    expect(names(await contentAt(family, ''))).toEqual([0, 1, 2, 3, 4].map((index) => `parent/${index}`));
    expect(before.size).toBe(40);
  });

  test('of now holds what is in the log, although a LIST does not show it yet', async () => {
    const memory = openMemoryStore();
    const newestListed = slotKey(3);
    const family = createFamily({
      ...memory,
      async list(prefix, options) {
        const outcome = await memory.list(prefix, options);
        if (outcome.kind !== 'ok') return outcome;
        return {
          ...outcome,
          objects: outcome.objects.filter(({ key }) => !key.startsWith('log/') || key <= newestListed),
        };
      },
    });
    await family.node(
      '',
      async (database) => {
        for (let index = 0; index < 6; index++) await database.put(`key/${index}`, `${index}`);
        const home = homeOf(await family.branch('', 'now'));
        expect((await contentAt(family, home)).size).toBe(6);
      },
      { checkpointSegments: 1_000 },
    );
  });

  test.each<readonly [string, Cut]>([
    ['of now', { kind: 'end' }],
    ['at a revision', { kind: 'revision', revision: 13 }],
  ])('%s is whole, although slots of its parent are archived and deleted while it is made', async (_, cut) => {
    const memory = openMemoryStore();
    let meanwhile: (() => Promise<unknown>) | undefined;
    const family = createFamily({
      ...memory,
      async list(prefix, options) {
        if (prefix !== 'log/' || meanwhile === undefined) return memory.list(prefix, options);
        const act = meanwhile;
        meanwhile = undefined;
        await act();
        return memory.list(prefix, options);
      },
    });
    const put = async (database: T4, from: number, to: number) => {
      for (let index = from; index < to; index++) await database.put(`key/${index}`, `${index}`);
      await database.checkpoint();
    };
    const collect = (core: Core) => {
      const settings = { retention: { kind: 'for-ever' } as const, youngMs: 0, graceMs: 0, dryRun: false };
      return collectOnce({ ...core, configuration: { ...core.configuration, archiveSegments: 1 } }, settings);
    };
    await family.node(
      '',
      async (database) => {
        await put(database, 0, 8);
        for (let index = 8; index < 12; index++) await database.put(`key/${index}`, `${index}`);
        meanwhile = async () => {
          for (const from of [12, 18, 24]) await put(database, from, from + 6);
          for (let round = 0; round < 3; round++) {
            await new Promise((resolve) => setTimeout(resolve, 2));
            await family.tool('', collect);
          }
          expect(await keysOf(family.store, 'log/')).not.toContain(slotKey(13));
        };
        const home = homeOf(await family.branch('', 'try', cut));
        expect(meanwhile).toBeUndefined();
        expect((await contentAt(family, home)).size).toBeGreaterThanOrEqual(12);
      },
      { checkpointSegments: 1_000 },
    );
  });

  test('at every revision holds what that revision held, and goes on from it', async () => {
    const family = createFamily();
    await fill(family, '', 40);
    for (let revision = 1; revision <= 41; revision++) {
      const home = homeOf(await family.branch('', `at-${revision}`, { kind: 'revision', revision }));
      await family.node(home, async (database) => {
        expect((await contentOf(database)).size).toBe(revision - 1);
        if (revision > 5) expect((await contentOf(database, 5)).size).toBe(4);
        expect((await database.put('more', 'x')).revision).toBe(revision + 1);
      });
    }
    expect(await family.branch('', 'later', { kind: 'revision', revision: 42 })).toMatchObject({
      kind: 'future',
      revision: 41,
    });
  });

  test('of a moment before its database began is none, in a branch as in the root', async () => {
    const family = createFamily();
    await fill(family, '', 20);
    const home = homeOf(await family.branch('', 'first', { kind: 'revision', revision: 5 }));
    const nested = homeOf(await family.branch(home, 'nested'));
    const early = { kind: 'moment', wallMs: 1_000 } as const;
    const refused = await family.branch('', 'early', early);
    expect(refused).toMatchObject({ kind: 'not-begun', revision: 1 });
    expect(await family.branch(nested, 'early', early)).toEqual(refused);
    expect(await family.tool('', listBranches)).toMatchObject({
      branches: [{ name: 'first', branches: [{ name: 'nested' }] }],
    });
  });

  test('of a moment before the checkpoint that its parent began as names what is kept', async () => {
    const family = createFamily();
    await fill(family, '', 40);
    const home = homeOf(await family.branch('', 'late'));
    const { checkpoint } = (await manifestAt(family, home)).base!;
    expect(await family.branch(home, 'early', { kind: 'moment', wallMs: 1_000 })).toMatchObject({
      kind: 'compacted',
      revision: checkpoint!.revision,
      wallMs: checkpoint!.wallMs,
    });
  });

  test('of a branch, within what that one itself began as, is one of the ancestor', async () => {
    const family = createFamily();
    await fill(family, '', 20);
    const child = homeOf(await family.branch('', 'child', { kind: 'revision', revision: 15 }));
    await fill(family, child, 3, 'child');
    const late = homeOf(await family.branch(child, 'late', { kind: 'revision', revision: 17 }));
    const early = homeOf(await family.branch(child, 'early', { kind: 'revision', revision: 7 }));
    expect([...(await contentAt(family, late)).keys()].slice(0, 2)).toEqual(['child/0', 'child/1']);
    expect((await contentAt(family, late)).size).toBe(16);
    expect((await contentAt(family, early)).size).toBe(6);
    expect((await manifestAt(family, child)).pins.map(({ name }) => name)).toEqual([late]);
    expect((await manifestAt(family, '')).pins.map(({ name }) => name).sort()).toEqual([child, early].sort());
  });

  test('of a branch, before the checkpoint that this one began from, is one of the ancestor', async () => {
    const family = createFamily();
    await fill(family, '', 20);
    await family.node('', (database) => database.checkpoint());
    const child = homeOf(await family.branch('', 'child'));
    await fill(family, child, 3, 'child');
    const early = homeOf(await family.branch(child, 'early', { kind: 'revision', revision: 7 }));
    expect((await contentAt(family, early)).size).toBe(6);
    expect((await manifestAt(family, early)).base!.stretches.map(({ home }) => home)).toEqual(['']);
  });

  test('a name is given once at a time', async () => {
    const family = createFamily();
    await fill(family, '', 3);
    const home = homeOf(await family.branch('', 'one'));
    expect(await family.branch('', 'one')).toEqual({ kind: 'name-taken', home });
    expect(await family.branch(home, 'one')).toEqual({ kind: 'name-taken', home });
  });

  test('of what was collected is refused in etcd’s word for it', async () => {
    const family = createFamily();
    await fill(family, '', 60);
    await family.collect('');
    const answer = await family.branch('', 'old', { kind: 'revision', revision: 2 });
    expect(answer).toMatchObject({ kind: 'compacted' });
    const { revision } = answer as { revision: number };
    const home = homeOf(await family.branch('', 'oldest', { kind: 'revision', revision }));
    expect((await contentAt(family, home)).size).toBe(revision - 1);
  });

  test('its first own checkpoint takes over the chunks of its parent’s', async () => {
    const family = createFamily();
    await family.node('', async (database) => {
      for (let index = 0; index < 200; index++) await database.put(`key/${index}`, `${index}`);
      await database.checkpoint();
    });
    const home = homeOf(await family.branch('', 'try'));
    await family.node(home, async (database) => {
      for (let index = 0; index < 8; index++) await database.put('key/7', `changed ${index}`);
      await database.checkpoint();
    });
    const chunks = async (prefix: string) => (await keysOf(family.store, `${prefix}chunks/`)).length;
    expect((await manifestAt(family, home)).checkpoints.length).toBeGreaterThan(0);
    expect(await chunks('')).toBeGreaterThan(8);
    expect(await chunks(home)).toBeLessThanOrEqual(4);
    await family.collect(home);
    const content = await contentAt(family, home);
    expect([content.size, content.get('key/7')]).toEqual([200, 'changed 7']);
  });

  test('writes, checkpoints and collects below its own home alone', async () => {
    const family = createFamily();
    await fill(family, '', 60);
    const home = homeOf(await family.branch('', 'try', { kind: 'revision', revision: 30 }));
    const outside = async () => (await keysOf(family.store)).filter((key) => !key.startsWith(home));
    const before = await outside();
    await fill(family, home, 60, 'branch');
    await family.node(home, (database) => database.checkpoint());
    await family.collect(home);
    expect(await outside()).toEqual(before);
    expect((await manifestAt(family, home)).logFloor).toBeGreaterThan(1);
    expect((await contentAt(family, home)).size).toBe(29 + 60);
  });

  test('keeps what it began as while its parent collects everything else', async () => {
    const family = createFamily();
    await fill(family, '', 20);
    await family.node('', (database) => database.checkpoint());
    await fill(family, '', 40, 'more');
    const home = homeOf(await family.branch('', 'try', { kind: 'revision', revision: 30 }));
    const [pin] = (await manifestAt(family, '')).pins;
    await fill(family, '', 60, 'later');
    await family.node('', (database) => database.checkpoint());
    await family.collect('');
    const { checkpoints, logFloor } = await manifestAt(family, '');
    expect(checkpoints.map(({ key }) => key)).not.toContain(pin!.checkpoint!.key);
    expect(logFloor).toBe(pin!.firstSlot);
    expect((await contentAt(family, home)).size).toBe(29);
    await family.tool('', (core) => removeBranch(core, home, false));
    await family.collect('');
    expect((await manifestAt(family, '')).logFloor).toBeGreaterThan(pin!.lastSlot);
    expect(await keysOf(family.store, pin!.checkpoint!.key.slice(1))).toEqual([]);
  });

  test('skips the revisions that its stretch says, and compacts them; so does a branch of it', async () => {
    const family = createFamily();
    await fill(family, '', 30);
    const home = homeOf(await family.branch('', 'back', { kind: 'revision', revision: 10 }));
    await family.tool('', (core) =>
      changeManifest(core, home, (manifest) => ({
        ...manifest,
        base: {
          ...manifest.base!,
          stretches: manifest.base!.stretches.map((stretch) => ({ ...stretch, skippedRevision: 50 })),
        },
      })),
    );
    const child = homeOf(await family.branch(home, 'child'));
    for (const [at, name] of [
      [home, 'back'],
      [child, 'child'],
    ] as const) {
      await family.node(at, async (database) => {
        expect((await database.status()).compactRevision).toBe(50);
        expect((await database.put(name, 'x')).revision).toBe(51);
        expect((await contentOf(database)).size).toBe(10);
        await expect(contentOf(database, 20)).rejects.toThrow(/compacted/);
        await database.checkpoint();
      });
      await family.node(at, async (database) => expect((await contentOf(database)).size).toBe(10));
    }
    expect(await family.branch(home, 'middle', { kind: 'revision', revision: 20 })).toMatchObject({
      kind: 'compacted',
    });
    const early = homeOf(await family.branch(home, 'early', { kind: 'revision', revision: 5 }));
    expect((await contentAt(family, early)).size).toBe(4);
  });

  test('the list says where each branch left, and what is kept for it alone', async () => {
    const family = createFamily();
    await fill(family, '', 20);
    await family.node('', (database) => database.checkpoint());
    await fill(family, '', 40, 'more');
    await family.branch('', 'try', { kind: 'revision', revision: 30 });
    const listed = async () => (await family.tool('', listBranches)).branches[0]!;
    expect(await listed()).toMatchObject({ name: 'try', ownBytes: 0, branch: { revision: 30, pinnedBytes: 0 } });
    await fill(family, '', 60, 'later');
    await family.node('', (database) => database.checkpoint());
    await family.collect('');
    const { pinnedBytes } = (await listed()).branch!;
    const bytes = async () => {
      const all = await family.store.list('', { limit: 1_000 });
      return all.kind === 'ok' ? all.objects.reduce((sum, { size }) => sum + size, 0) : 0;
    };
    const before = await bytes();
    await family.tool('', (core) => deleteBranch(core, 'try', false));
    await family.collect('');
    // A fence, and what was in flight after it, stays for ever; lists of what was condemned come and go.
    expect(before - (await bytes())).toBeGreaterThan(pinnedBytes! * 0.5);
    expect(pinnedBytes).toBeGreaterThan(1_000);
  });

  test('costs the same number of requests at 10 keys as at 10,000', async () => {
    const counts: number[] = [];
    for (const keys of [10, 10_000]) {
      const family = createFamily();
      await family.node(
        '',
        async (database) => {
          const operations = Array.from({ length: keys }, (_, index) => `key/${index}`);
          for (let first = 0; first < keys; first += 100) {
            await Promise.all(operations.slice(first, first + 100).map((key) => database.put(key, 'value')));
          }
        },
        { checkpointSegments: 40 },
      );
      family.requests.length = 0;
      homeOf(await family.branch('', 'try'));
      counts.push(family.requests.length);
    }
    expect(counts[0]).toBe(counts[1]);
    expect(counts[0]).toBeLessThanOrEqual(14);
  });
});
