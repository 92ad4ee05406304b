import fc from 'fast-check';
import { expect, test } from 'vitest';
import { removeBranch } from '../../src/core/branch/remove-branch.ts';
import { contentOf, createFamily, homeOf, type Content, type Family } from '../branch/family.ts';

/**
 * Random lives of families: writes, deletes, compactions, checkpoints, collections that keep nothing longer than they must, branches of branches at any
 * revision that is kept, removals. Every database always holds what a model of it holds, at each revision that was not compacted.
 */

interface Modelled {
  readonly name: string;
  readonly home: string;
  readonly contents: Map<number, Content>;
  revision: number;
  compacted: number;
  /** The oldest revision that may still be branched from, whatever was collected. */
  kept: number;
  children: number;
  readonly parent: Modelled | undefined;
}

type Step =
  | { readonly kind: 'run'; readonly of: number; readonly writes: readonly Write[]; readonly checkpoint: boolean }
  | { readonly kind: 'compact'; readonly of: number; readonly at: number }
  | { readonly kind: 'branch'; readonly of: number; readonly at: number | undefined }
  | { readonly kind: 'collect'; readonly of: number }
  | { readonly kind: 'remove'; readonly of: number };

type Write = readonly [key: number, value: number | undefined];

const of = fc.nat(20);
const writes = fc.array(fc.tuple(fc.nat(11), fc.option(fc.nat(999), { nil: undefined, freq: 4 })), {
  minLength: 1,
  maxLength: 14,
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.record({ kind: fc.constant('run' as const), of, writes, checkpoint: fc.boolean() }), weight: 5 },
  { arbitrary: fc.record({ kind: fc.constant('compact' as const), of, at: fc.nat(99) }), weight: 1 },
  {
    arbitrary: fc.record({ kind: fc.constant('branch' as const), of, at: fc.option(fc.nat(99), { nil: undefined }) }),
    weight: 4,
  },
  { arbitrary: fc.record({ kind: fc.constant('collect' as const), of }), weight: 4 },
  { arbitrary: fc.record({ kind: fc.constant('remove' as const), of }), weight: 1 },
);

async function write(family: Family, modelled: Modelled, todo: readonly Write[], checkpoint: boolean): Promise<void> {
  await family.node(modelled.home, async (database) => {
    let content = new Map(modelled.contents.get(modelled.revision));
    for (const [number, value] of todo) {
      const key = `key-${number}`;
      if (value === undefined && !content.has(key)) continue;
      content = new Map(content);
      if (value === undefined) content.delete(key);
      else content.set(key, `${modelled.name} ${value}`);
      const { revision } =
        value === undefined ? await database.delete(key) : await database.put(key, content.get(key)!);
      expect(revision).toBe(modelled.revision + 1);
      modelled.revision = revision;
      modelled.contents.set(revision, content);
    }
    if (checkpoint) await database.checkpoint();
  });
}

async function branch(family: Family, parent: Modelled, name: string, at: number | undefined) {
  const kept = Math.max(1, parent.kept);
  const revision = at === undefined ? parent.revision : kept + (at % (parent.revision - kept + 1));
  const created = await family.branch(
    parent.home,
    name,
    at === undefined ? { kind: 'end' } : { kind: 'revision', revision },
  );
  // The collector keeps more than it must: below that it is free.
  if (created.kind === 'compacted') return undefined;
  const contents = new Map([...parent.contents].filter(([known]) => known <= revision));
  const child = {
    name,
    home: homeOf(created),
    contents,
    revision,
    compacted: Math.min(parent.compacted, revision),
    kept: revision,
    children: 0,
    parent,
  };
  return child;
}

async function check(family: Family, modelled: Modelled): Promise<void> {
  await family.node(modelled.home, async (database) => {
    expect((await database.status()).revision).toBe(modelled.revision);
    const { compactRevision } = await database.status();
    expect(compactRevision).toBeLessThanOrEqual(modelled.compacted);
    for (const [revision, content] of modelled.contents) {
      if (revision < modelled.compacted) continue;
      const found = await contentOf(database, revision);
      expect([modelled.name, revision, sorted(found)]).toEqual([modelled.name, revision, sorted(content)]);
    }
  });
}

const sorted = (content: Content) => [...content].sort(([left], [right]) => (left < right ? -1 : 1));

async function live(steps: readonly Step[]): Promise<{ readonly branches: number; readonly collections: number }> {
  const family = createFamily();
  const root: Modelled = {
    name: 'root',
    home: '',
    contents: new Map([[1, new Map()]]),
    revision: 1,
    compacted: 0,
    kept: 1,
    children: 0,
    parent: undefined,
  };
  const members = [root];
  let branches = 0;
  let collections = 0;
  await write(
    family,
    root,
    [
      [1, 1],
      [2, 2],
    ],
    true,
  );
  for (const one of steps) {
    const member = members[one.of % members.length]!;
    switch (one.kind) {
      case 'run':
        await write(family, member, one.writes, one.checkpoint);
        break;
      case 'compact': {
        const revision = Math.max(1, member.revision - (one.at % 10));
        if (revision <= member.compacted) break;
        await family.node(member.home, (database) => database.compact(revision));
        member.compacted = revision;
        break;
      }
      case 'branch': {
        const child = await branch(family, member, `b-${branches}`, one.at);
        if (child === undefined) break;
        branches += 1;
        members.push(child);
        break;
      }
      case 'collect':
        await family.node(member.home, async () => undefined);
        await family.collect(member.home);
        member.kept = member.revision;
        collections += 1;
        break;
      case 'remove': {
        const hasChildren = members.some(({ parent }) => parent === member);
        if (member === root || hasChildren) break;
        await family.tool('', (core) => removeBranch(core, member.home, false));
        members.splice(members.indexOf(member), 1);
        break;
      }
    }
  }
  for (const member of members) await family.collect(member.home).catch(() => undefined);
  for (const member of members) await check(family, member);
  return { branches, collections };
}

test('every member of a family holds its own content, whatever the others write, collect and remove', async () => {
  let branches = 0;
  let collections = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 30 }), async (steps) => {
      const lived = await live(steps);
      branches += lived.branches;
      collections += lived.collections;
    }),
    { numRuns: 40 },
  );
  expect(branches).toBeGreaterThan(60);
  expect(collections).toBeGreaterThan(60);
});
