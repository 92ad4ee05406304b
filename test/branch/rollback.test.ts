import { describe, expect, test } from 'vitest';
import { openMemoryStore } from '../../src/adapters/memory-store/memory-store.ts';
import { deleteBranch } from '../../src/core/branch/delete-branch.ts';
import { listBranches, type ListedDatabase } from '../../src/core/branch/list-branches.ts';
import { readManifestAt } from '../../src/core/branch/pinned.ts';
import { collectLines } from '../../src/core/collect/collect-lines.ts';
import { collectOnce } from '../../src/core/collect/collect-once.ts';
import type { Core } from '../../src/core/core.ts';
import { splitKey } from '../../src/core/format/keys.ts';
import { leaderDriftMs } from '../../src/core/limits.ts';
import { followSuccessors } from '../../src/core/restore/follow-successors.ts';
import { planRollback } from '../../src/core/restore/plan-rollback.ts';
import { difference } from '../../src/core/tool/difference.ts';
import { keyAt } from '../../src/core/tool/key-at.ts';
import { stateAt } from '../../src/core/tool/state-at.ts';
import { verifyDatabase } from '../../src/core/tool/verify/verify.ts';
import type { Cut } from '../../src/core/types/log.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';
import { keysOf } from '../tool/filled-store.ts';
import { contentOf, createFamily, fill, homeOf, rolledBack, type Content, type Family } from './family.ts';
import { dyingAfter } from './dying-store.ts';

const revision = (at: number): Cut => ({ kind: 'revision', revision: at });
const pause = () => new Promise((resolve) => setTimeout(resolve, 5));
const contentAt = (family: Family, home = ''): Promise<Content> => family.node(home, (database) => contentOf(database));
const sizeAt = async (family: Family, home = '') => (await contentAt(family, home)).size;

async function manifestAt(family: Family, home: string) {
  return (await family.tool('', (core) => readManifestAt(core, home)))!.manifest;
}

describe('a rollback', () => {
  test('brings the content of a revision back, at the same place, above every revision that there was', async () => {
    const family = createFamily();
    await fill(family, '', 40);
    const { lastRevision, skippedRevision, plan } = rolledBack(await family.rollBack('', 11));
    expect([plan.revision, plan.keysWritten, lastRevision, skippedRevision]).toEqual([11, 30, 41, 43]);
    await family.node('', async (database) => {
      expect((await contentOf(database)).size).toBe(10);
      expect(await database.status()).toMatchObject({ revision: 43, compactRevision: 43 });
      for (const revision of [5, 11, 30, 41, 42]) {
        await expect(contentOf(database, revision)).rejects.toThrow(/required revision has been compacted/);
      }
      expect((await contentOf(database, 43)).size).toBe(10);
      expect((await database.put('more', 'x')).revision).toBe(44);
      expect((await database.status()).epoch).toBeGreaterThan(2);
    });
    expect(await sizeAt(family)).toBe(11);
  });

  test('has every watcher that may hold something of what was abandoned told that it was compacted', async () => {
    const family = createFamily();
    await fill(family, '', 40);
    await family.rollBack('', 11);
    await family.node('', async (database) => {
      for (const revision of [11, 12, 30, 41, 42]) {
        const watch = database.watch({ prefix: '' }, { fromRevision: revision });
        await expect(watch[Symbol.asyncIterator]().next()).rejects.toMatchObject({ compactRevision: 43 });
      }
    });
  });
});

describe('what a rollback abandoned', () => {
  test('is there under its revisions, and can come back', async () => {
    const family = createFamily();
    await fill(family, '', 40);
    rolledBack(await family.rollBack('', 11));
    await fill(family, '', 5, 'after');
    const undone = rolledBack(await family.rollBack('', 41));
    expect([undone.plan.revision, undone.lastRevision, undone.skippedRevision]).toEqual([41, 48, 50]);
    expect(undone.plan.keysWritten).toBeUndefined();
    expect([...(await contentAt(family)).keys()].filter((key) => key.startsWith('after'))).toEqual([]);
    expect(await sizeAt(family)).toBe(40);
    const half = homeOf(await family.branch((await manifestAt(family, '')).successor!, 'half', revision(30)));
    expect(await sizeAt(family, half)).toBe(29);
    const again = rolledBack(await family.rollBack('', 48));
    expect(again.skippedRevision).toBe(52);
    expect((await contentAt(family)).get('after/4')).toBe('4');
    expect(await sizeAt(family)).toBe(15);
    expect((await family.rollBack('', 60)).kind).toBe('future');
    expect(await sizeAt(family)).toBe(15);
  });

  test('tools see it: one key, all keys, and what differs', async () => {
    const family = createFamily();
    await fill(family, '', 40);
    await family.rollBack('', 11);
    await fill(family, '', 5, 'after');
    const home = await family.tool('', followSuccessors);
    const cat = (key: string, cut: Cut) => family.tool(home, (core) => keyAt(core, key, cut));
    expect(await cat('key/25', revision(30))).toMatchObject({
      kind: 'found',
      revision: 30,
      version: { modRevision: 27 },
    });
    expect(await cat('key/25', { kind: 'end' })).toMatchObject({ kind: 'found', version: undefined });
    expect(await cat('key/5', revision(11))).toMatchObject({ kind: 'found', revision: 11 });
    for (const unreal of [42, 43]) {
      expect((await cat('key/5', revision(unreal))).kind).toBe(unreal === 42 ? 'compacted' : 'found');
    }
    expect(await family.tool(home, (core) => stateAt(core, revision(41)))).toMatchObject({
      kind: 'state',
      position: { revision: 41 },
    });
    const differ = (from: number, to: number) =>
      family.tool(home, (core) => difference(core, revision(from), revision(to), { prefix: '', values: false }));
    expect(await differ(11, 41)).toMatchObject({ kind: 'difference', keys: { length: 30 } });
    expect(await differ(11, 48)).toMatchObject({ kind: 'difference', keys: { length: 5 } });
    expect((await differ(30, 48)).kind).toBe('compacted');
  });

  test('a moment before the rollback was on it', async () => {
    const family = createFamily();
    await fill(family, '', 20);
    await pause();
    const before = Date.now();
    await pause();
    await fill(family, '', 20, 'more');
    await pause();
    const late = Date.now();
    await pause();
    await family.rollBack('', 5);
    await fill(family, '', 1, 'after');
    const home = await family.tool('', followSuccessors);
    const at = (wallMs: number) => family.tool(home, (core) => stateAt(core, { kind: 'moment', wallMs }));
    expect(await at(before)).toMatchObject({ position: { revision: 21 } });
    expect(await at(late)).toMatchObject({ position: { revision: 41 } });
    expect(await at(Date.now())).toMatchObject({ position: { revision: 44 } });
    rolledBack(await family.rollBack('', { kind: 'moment', wallMs: late }));
    expect(await sizeAt(family)).toBe(40);
  });
});

describe('a rollback of a branch', () => {
  test('within it, and to what it began as', async () => {
    const family = createFamily();
    await fill(family, '', 20);
    const home = homeOf(await family.branch('', 'try', revision(15)));
    await fill(family, home, 10, 'branch');
    expect(rolledBack(await family.rollBack(home, 20)).skippedRevision).toBe(27);
    expect(await sizeAt(family, home)).toBe(19);
    expect(rolledBack(await family.rollBack(home, 7)).plan.revision).toBe(7);
    expect(await sizeAt(family, home)).toBe(6);
    await fill(family, home, 3, 'last');
    expect(await sizeAt(family, home)).toBe(9);
    expect(await sizeAt(family)).toBe(20);
    expect((await manifestAt(family, '')).successor).toBeUndefined();
    const branched = homeOf(await family.branch(await family.tool(home, followSuccessors), 'deeper'));
    expect(await sizeAt(family, branched)).toBe(9);
    expect(await family.branch(branched, 'between', revision(27))).toMatchObject({ kind: 'compacted' });
    expect(await sizeAt(family, homeOf(await family.branch(branched, 'early', revision(4))))).toBe(3);
  });

  test('that nobody has run yet', async () => {
    const family = createFamily();
    await fill(family, '', 20);
    const home = homeOf(await family.branch('', 'try', revision(15)));
    rolledBack(await family.rollBack(home, 10));
    expect(await sizeAt(family, home)).toBe(9);
  });

  test('is deleted with it, not alone, and the list shows what it is', async () => {
    const family = createFamily();
    await fill(family, '', 20);
    const home = homeOf(await family.branch('', 'try'));
    await fill(family, home, 10, 'branch');
    const first = rolledBack(await family.rollBack(home, 25));
    const second = rolledBack(await family.rollBack(home, 5));
    const name = (at: string) => at.split('/')[1]!;
    const remove = (named: string, force = false) => family.tool('', (core) => deleteBranch(core, named, force));
    expect(await remove(name(second.home))).toEqual({ kind: 'in-use', home: first.home });
    expect(await remove(name(first.home))).toEqual({ kind: 'in-use', home });
    const listed = await family.tool('', listBranches);
    expect(listed.branches).toMatchObject([
      {
        name: 'try',
        successor: first.home,
        branches: [{ home: first.home, predecessor: home, branches: [{ home: second.home }] }],
      },
    ]);
    const child = homeOf(await family.branch(first.home, 'child'));
    expect(await remove('try')).toEqual({ kind: 'has-branches', homes: [child] });
    expect(await sizeAt(family, home)).toBe(4);
    expect((await remove('child')).kind).toBe('removed');
    expect(await remove('try')).toMatchObject({ kind: 'removed', kept: undefined });
    expect(await keysOf(family.store, 'branches/')).toEqual([]);
    expect((await manifestAt(family, '')).pins).toEqual([]);
  });

  test('by force: what a branch of the abandoned line needs stays', async () => {
    const family = createFamily();
    await fill(family, '', 20);
    const home = homeOf(await family.branch('', 'try'));
    await fill(family, home, 10, 'branch');
    const child = homeOf(await family.branch(home, 'child', revision(28)));
    rolledBack(await family.rollBack(home, 25));
    await family.tool('', (core) => deleteBranch(core, 'try', true));
    expect(await sizeAt(family, child)).toBe(27);
    await expect(sizeAt(family, home)).rejects.toThrow(/deleted/);
    await family.tool('', (core) => deleteBranch(core, 'child', false));
    expect(await keysOf(family.store, 'branches/')).toEqual([]);
  });
});

test('nothing is changed where acknowledged writes may be on a disk alone', async () => {
  const family = createFamily();
  await family.node('', (database) => database.put('a', 'b'), { durability: 'local' });
  const before = await manifestAt(family, '');
  expect(await family.rollBack('', 1)).toEqual({ kind: 'held-by-disks', inSync: [1n] });
  expect(await manifestAt(family, '')).toEqual(before);
  await family.node('', (database) => database.put('c', 'd'));
  expect((await family.rollBack('', 2)).kind).toBe('rolled-back');
});

test('what was collected is refused in etcd’s word for it, and nothing is changed', async () => {
  const family = createFamily();
  await fill(family, '', 60);
  await family.collect('');
  const before = await manifestAt(family, '');
  const answer = await family.rollBack('', 2);
  expect(answer.kind).toBe('compacted');
  const { revision: oldest } = answer as { revision: number };
  expect(await family.tool('', (core) => planRollback(core, revision(oldest)))).toMatchObject({
    kind: 'plan',
    revision: oldest,
    keysWritten: 61 - oldest,
  });
  expect(await manifestAt(family, '')).toEqual(before);
});

describe('what was abandoned is collected with what goes on', () => {
  const collectLinesOf = async (family: Family, milliseconds: number) => {
    const home = await family.tool('', followSuccessors);
    const settings = { retention: { kind: 'age' as const, milliseconds }, youngMs: 0, graceMs: 0, dryRun: false };
    for (let round = 0; round < 3; round++) {
      await pause();
      await family.tool(home, (core) => collectLines(core, settings));
    }
  };

  test('nothing of it goes while it is retained', async () => {
    const family = createFamily();
    await fill(family, '', 60);
    await family.rollBack('', 30);
    await fill(family, '', 60, 'after');
    await collectLinesOf(family, 3_600_000);
    rolledBack(await family.rollBack('', 61));
    expect(await sizeAt(family)).toBe(60);
  });

  test('later only what pins need stays', async () => {
    const family = createFamily();
    await fill(family, '', 20);
    await family.node('', (database) => database.checkpoint());
    await fill(family, '', 40, 'more');
    const kept = homeOf(await family.branch('', 'kept', revision(40)));
    await family.rollBack('', 30);
    await fill(family, '', 60, 'after');
    const before = (await keysOf(family.store)).length;
    await collectLinesOf(family, 0);
    expect((await manifestAt(family, '')).checkpoints).toEqual([]);
    expect((await keysOf(family.store)).length).toBeLessThan(before - 20);
    expect(await sizeAt(family)).toBe(29 + 60);
    expect(await sizeAt(family, kept)).toBe(39);
    expect((await family.rollBack('', 61)).kind).toBe('compacted');
    expect(await sizeAt(family)).toBe(29 + 60);
    const { findings } = await family.tool(await family.tool('', followSuccessors), verifyDatabase);
    expect(findings).toEqual([]);
  });
});

test('the leader of what goes on collects what was abandoned too', async () => {
  const family = createFamily();
  await fill(family, '', 20);
  await family.node('', (database) => database.checkpoint());
  await family.rollBack('', 11);
  await pause();
  const settings = { retention: { kind: 'age', milliseconds: 0 }, collectIntervalMs: 5, collectGraceMs: 1 } as const;
  await family.node(
    '',
    async (database) => {
      await database.put('after', 'x');
      await database.checkpoint();
      const until = Date.now() + 10_000;
      while ((await manifestAt(family, '')).checkpoints.length > 0) {
        expect(Date.now()).toBeLessThan(until);
        await pause();
      }
      expect((await contentOf(database)).size).toBe(11);
    },
    settings,
  );
  expect(await sizeAt(family)).toBe(11);
});

describe('a tool that dies', () => {
  test.each([
    ['at a cut of the database itself', 11, ''],
    ['at a cut of what a branch began as', 7, 'try'],
  ])('at any step, %s, leaves the old database or the new one, and the next one ends it', async (_, cut, name) => {
    for (let last = 0; ; last++) {
      const store = openMemoryStore();
      const family = createFamily(store);
      const settings = { leaseMs: 40 };
      await fill(family, '', 20, 'key', settings);
      const home = name === '' ? '' : homeOf(await family.branch('', name, revision(15)));
      await fill(family, home, 10, 'more', settings);
      const whole = home === '' ? 30 : 24;
      const { dying, died } = dyingAfter(store, last);
      await createFamily(dying)
        .rollBack(home, cut)
        .catch(() => undefined);
      const { successor } = await manifestAt(family, home);
      const size = await family.node(home, async (database) => (await contentOf(database)).size, settings);
      expect(size).toBe(successor === undefined ? whole : cut - 1);
      if (!died()) {
        expect(last).toBeGreaterThan(6);
        return;
      }
      rolledBack(await family.rollBack(home, cut));
      expect(await sizeAt(family, home)).toBe(cut - 1);
      const listed = await family.tool('', listBranches);
      const names = (database: ListedDatabase): readonly string[] => [
        database.home,
        ...database.branches.flatMap(names),
      ];
      const used = (await keysOf(store, 'branches/')).map((key) => splitKey(key).home);
      expect([...new Set(used)].sort()).toEqual(
        names(listed)
          .filter((at) => at !== '')
          .sort(),
      );
    }
  });
});

test('nodes that run follow: who led, and who stood by', async () => {
  const family = createFamily();
  await fill(family, '', 20);
  const lead = { leaseMs: 300 };
  await family.node(
    '',
    async (database) => {
      await database.put('last', 'x');
      const done = rolledBack(await family.rollBack('', 11));
      const until = Date.now() + 10_000;
      for (;;) {
        const found = await contentOf(database).catch(() => undefined);
        if (found?.size === 10) break;
        expect(found?.size ?? 21).toBe(21);
        expect(Date.now()).toBeLessThan(until);
        await pause();
      }
      expect((await database.put('more', 'y')).revision).toBe(done.skippedRevision + 1);
    },
    lead,
  );
  expect(await sizeAt(family)).toBe(11);
});

test.each([
  ['before the branch is there', /^branches\/rollback-[^/]+\/[^/]+\/manifest$/],
  ['before the last step', /^branches\/rollback-[^/]+\/[^/]+\/control$/],
])('a node that takes over %s defeats the rollback, and loses nothing', async (_, step) => {
  const store = openMemoryStore();
  const family = createFamily(store);
  const settings = { leaseMs: 30 };
  await fill(family, '', 20, 'key', settings);
  let slept = false;
  const slow: ObjectStore = {
    ...store,
    async put(key, body, condition) {
      if (step.test(key) && !slept) {
        slept = true;
        await fill(family, '', 5, 'meanwhile', settings);
      }
      return store.put(key, body, condition);
    },
  };
  await expect(createFamily(slow).rollBack('', 11)).rejects.toThrow(/a node took over the lead meanwhile/);
  expect(slept).toBe(true);
  expect((await manifestAt(family, '')).successor).toBeUndefined();
  expect(await sizeAt(family)).toBe(25);
  rolledBack(await family.rollBack('', 11));
  expect(await sizeAt(family)).toBe(10);
  expect(new Set((await keysOf(store, 'branches/')).map((key) => splitKey(key).home)).size).toBe(1);
});

test('a node that stood by meanwhile serves what goes on', async () => {
  const family = createFamily();
  await fill(family, '', 20);
  const settings = { leaseMs: 200 };
  let standby: Promise<number> | undefined;
  await family.node(
    '',
    async () => {
      standby = family.node('', async (database) => (await contentOf(database)).size, settings);
      await family.rollBack('', 11);
    },
    settings,
  );
  expect(await standby).toBe(10);
  expect((await manifestAt(family, '')).successor).toBeDefined();
});

test('a lease that was there at the cut starts at its full time again', async () => {
  const family = createFamily();
  await family.node('', async (database) => {
    const lease = await database.lease({ ttlSeconds: 60 });
    await database.put('held', 'x', { lease });
    await database.put('a', '1');
    await lease.revoke();
  });
  await family.rollBack('', 2);
  await family.node('', async (database) => {
    expect((await database.status()).leases).toBe(1);
    expect([...(await contentOf(database)).keys()]).toEqual(['held']);
  });
});

test('what was archived and deleted since it was planned is read, and fenced off behind its last slot, although a LIST is late', async () => {
  const store = openMemoryStore();
  const family = createFamily(store);
  const settings = { leaseMs: 300, checkpointSegments: 1_000 };
  await fill(family, '', 20, 'key', settings);
  await family.node(
    '',
    async (database) => {
      let isLate = false;
      const late: ObjectStore = {
        ...store,
        async list(prefix, options) {
          if (prefix !== 'log/' || isLate) return prefix === 'log/' ? nothingListed : store.list(prefix, options);
          isLate = true;
          const listed = await store.list(prefix, options);
          for (const name of ['a', 'b', 'c']) {
            for (let index = 0; index < 6; index++) await database.put(`${name}/${index}`, 'x');
            await database.checkpoint();
          }
          for (let round = 0; round < 3; round++) {
            await pause();
            await family.tool('', collectIntoArchives);
          }
          return listed;
        },
      };
      const before = (await database.put('last', 'x')).revision;
      const done = rolledBack(await createFamily(late).rollBack('', 11));
      expect(isLate).toBe(true);
      expect(done.lastRevision).toBe(before + 18);
    },
    settings,
  );
});

const nothingListed = { kind: 'ok', objects: [], more: false } as const;

function collectIntoArchives(core: Core) {
  const settings = { retention: { kind: 'for-ever' } as const, youngMs: 0, graceMs: 0, dryRun: false };
  return collectOnce({ ...core, configuration: { ...core.configuration, archiveSegments: 1 } }, settings);
}

/** Time that passes where somebody waits, and nowhere else. */
function waitedClock(): Clock {
  let monotonicMs = 1_000;
  return {
    now: () => ({ monotonicMs, wallMs: Date.now() }),
    schedule(atMs, fire) {
      const immediate = setImmediate(() => {
        monotonicMs = Math.max(monotonicMs, atMs);
        fire();
      });
      return () => clearImmediate(immediate);
    },
  };
}

test('what goes on is named when the lease of who led has lapsed for certain', async () => {
  const store = openMemoryStore();
  const family = createFamily(store);
  const leaseMs = 3_000;
  await fill(family, '', 20, 'key', { leaseMs });
  const clock = waitedClock();
  let claimedMs = 0;
  let namedMs = 0;
  const seen: ObjectStore = {
    ...store,
    put(key, body, condition) {
      if (key === 'control' && claimedMs === 0) claimedMs = clock.now().monotonicMs;
      if (key === 'manifest') namedMs = clock.now().monotonicMs;
      return store.put(key, body, condition);
    },
  };
  const held = () => createFamily(seen, undefined, clock).rollBack('', 11);
  rolledBack(await family.node('', held, { leaseMs }));
  expect(claimedMs).toBeGreaterThan(0);
  expect(namedMs - claimedMs).toBeGreaterThanOrEqual(leaseMs + leaderDriftMs(leaseMs));
});

test('what goes on is named at once where the lease was given back', async () => {
  const store = openMemoryStore();
  await fill(createFamily(store), '', 20);
  const clock = waitedClock();
  const beganMs = clock.now().monotonicMs;
  rolledBack(await createFamily(store, undefined, clock).rollBack('', 11));
  expect(clock.now().monotonicMs).toBe(beganMs);
});
