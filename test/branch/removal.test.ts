import { describe, expect, test } from 'vitest';
import { openMemoryStore } from '../../src/adapters/memory-store/memory-store.ts';
import { createBranch } from '../../src/core/branch/create-branch.ts';
import { deleteBranch } from '../../src/core/branch/delete-branch.ts';
import { listBranches } from '../../src/core/branch/list-branches.ts';
import { liveBranches } from '../../src/core/branch/live-branches.ts';
import { readManifestAt } from '../../src/core/branch/pinned.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';
import { keysOf } from '../tool/filled-store.ts';
import { dyingAfter } from './dying-store.ts';
import { contentOf, createFamily, homeOf, type Family } from './family.ts';

async function fill(family: Family, home: string, keys: number, prefix = 'key'): Promise<void> {
  await family.node(home, async (database) => {
    for (let index = 0; index < keys; index++) await database.put(`${prefix}/${index}`, `${index}`);
  });
}

const remove = (family: Family, name: string, force = false) =>
  family.tool('', (core) => deleteBranch(core, name, force));
const sizeAt = (family: Family, home: string) =>
  family.node(home, async (database) => (await contentOf(database)).size);

async function pinsAt(family: Family, home: string): Promise<readonly string[]> {
  return (await family.tool('', (core) => readManifestAt(core, home)))!.manifest.pins.map(({ name }) => name);
}

describe('a crash', () => {
  test('while a branch is made leaves at most a pin, which the list shows and a deletion takes away', async () => {
    for (let last = 0; ; last++) {
      const store = openMemoryStore();
      const family = createFamily(store);
      await fill(family, '', 30);
      const { dying, died } = dyingAfter(store, last);
      await createFamily(dying)
        .branch('', 'try')
        .catch(() => undefined);
      if (!died()) {
        expect(last).toBe(2);
        return;
      }
      const listed = (await family.tool('', listBranches)).branches.map(({ name, branch }) => [name, branch!.state]);
      expect(listed).toEqual(last === 0 ? [] : [['try', 'unfinished']]);
      expect(await family.tool('', (core) => liveBranches(core, 'try'))).toEqual([]);
      const again = homeOf(await family.branch('', 'try'));
      expect(await sizeAt(family, again)).toBe(30);
      await remove(family, 'try');
      expect(await pinsAt(family, '')).toEqual([]);
      expect(await keysOf(store, 'branches/')).toEqual([]);
    }
  });

  test('while a branch is deleted leaves what the same deletion ends', async () => {
    for (let last = 0; ; last++) {
      const store = openMemoryStore();
      const family = createFamily(store);
      await fill(family, '', 30);
      const home = homeOf(await family.branch('', 'try'));
      await fill(family, home, 20, 'more');
      const { dying, died } = dyingAfter(store, last);
      await remove(createFamily(dying), 'try').catch(() => undefined);
      if (!died()) {
        expect(last).toBeGreaterThan(3);
        return;
      }
      if (last > 0) await expect(sizeAt(family, home)).rejects.toThrow(/deleted/);
      expect((await remove(family, 'try')).kind).toBe('removed');
      expect(await keysOf(store, 'branches/')).toEqual([]);
      expect(await pinsAt(family, '')).toEqual([]);
      expect(await sizeAt(family, '')).toBe(30);
    }
  });
});

test('a manifest that comes late for a deleted branch is nobody’s branch, and does not take its name', async () => {
  const store = openMemoryStore();
  const family = createFamily(store);
  await fill(family, '', 30);
  const home = homeOf(await family.branch('', 'try'));
  const late = await store.get(`${home}manifest`);
  await remove(family, 'try');
  if (late.kind !== 'ok') throw new Error('it was there');
  await store.put(`${home}manifest`, late.body, { kind: 'absent' });
  expect(await family.tool('', (core) => liveBranches(core, 'try'))).toEqual([]);
  await expect(sizeAt(family, home)).rejects.toThrow(/does not keep what it began as/);
  const again = homeOf(await family.branch('', 'try'));
  expect(again).not.toBe(home);
  expect(await sizeAt(family, again)).toBe(30);
});

test('a branch that is made while one deletes its name is deleted whole, or not at all once it has a branch', async () => {
  const store = openMemoryStore();
  const family = createFamily(store);
  await fill(family, '', 30);
  const mayWrite = Promise.withResolvers<undefined>();
  const isBranchManifest = (key: string) => key.startsWith('branches/try/') && key.endsWith('/manifest');
  const slow: ObjectStore = {
    ...store,
    put: async (key, body, condition) => {
      if (isBranchManifest(key)) await mayWrite.promise;
      return store.put(key, body, condition);
    },
  };
  const making = createFamily(slow).branch('', 'try');
  while ((await pinsAt(family, '')).length === 0);
  let child = '';
  const overtaken: ObjectStore = {
    ...store,
    get: async (key, range) => {
      const outcome = await store.get(key, range);
      if (isBranchManifest(key) && child === '') {
        expect(outcome.kind).toBe('not-found');
        mayWrite.resolve(undefined);
        child = homeOf(await family.branch(homeOf(await making), 'child'));
      }
      return outcome;
    },
  };
  expect((await remove(createFamily(overtaken), 'try')).kind).toBe('has-branches');
  expect(await sizeAt(family, child)).toBe(30);
});

test('a leader of a branch that is deleted steps down, and nothing of it comes back', async () => {
  const family = createFamily();
  await fill(family, '', 30);
  const home = homeOf(await family.branch('', 'try'));
  const running = family.node(
    home,
    async (database) => {
      await database.put('a', 'b');
      await remove(family, 'try');
      for (let index = 0; index < 200; index++) {
        await database.put(`late/${index}`, 'x');
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    { leaseMs: 300 },
  );
  await expect(running).rejects.toThrow();
  expect(await family.tool('', (core) => liveBranches(core, 'try'))).toEqual([]);
  expect(await keysOf(family.store, `${home}manifest`)).toEqual([]);
  expect(await keysOf(family.store, `${home}control`)).toEqual([]);
});

test('of two that give one name at once, no two have it', async () => {
  for (let round = 0; round < 10; round++) {
    const family = createFamily();
    await fill(family, '', 5);
    const other = homeOf(await family.branch('', 'other'));
    const made = await Promise.all(
      ['', other, '', other].map((home) => family.tool(home, (core) => createBranch(core, 'same', { kind: 'end' }))),
    );
    const live = await family.tool('', (core) => liveBranches(core, 'same'));
    const homes = made.flatMap((one) => (one.kind === 'created' ? [one.manifest.home] : []));
    expect(live.map((manifest) => manifest.home)).toEqual(homes);
    expect(homes.length).toBeLessThanOrEqual(1);
    const pinned = [...(await pinsAt(family, '')), ...(await pinsAt(family, other))];
    expect(pinned.sort()).toEqual([other, ...homes].sort());
  }
});

test('one with branches is refused, by force it is closed, and goes with the last of them', async () => {
  const family = createFamily();
  await fill(family, '', 30);
  const middle = homeOf(await family.branch('', 'middle'));
  await fill(family, middle, 30, 'middle');
  const leaf = homeOf(await family.branch(middle, 'leaf'));
  expect(await remove(family, 'middle')).toEqual({ kind: 'has-branches', homes: [leaf] });
  expect(await remove(family, 'middle', true)).toEqual({ kind: 'removed', gone: [], kept: middle });
  await expect(sizeAt(family, middle)).rejects.toThrow(/was deleted/);
  await expect(family.branch(middle, 'more')).rejects.toThrow(/was deleted/);
  await family.collect('');
  expect(await sizeAt(family, leaf)).toBe(60);
  expect(await remove(family, 'leaf')).toEqual({ kind: 'removed', gone: [leaf, middle], kept: undefined });
  expect(await pinsAt(family, '')).toEqual([]);
  expect(await keysOf(family.store, 'branches/')).toEqual([]);
});
