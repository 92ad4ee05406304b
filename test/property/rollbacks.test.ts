import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collectLines } from '../../src/core/collect/collect-lines.ts';
import { followSuccessors } from '../../src/core/restore/follow-successors.ts';
import { stateAt } from '../../src/core/tool/state-at.ts';
import { contentOf, createFamily, homeOf, rolledBack, type Content, type Family } from '../branch/family.ts';

/**
 * Random lives of a database that is rolled back again and again, and of its branches, which are rolled back too: each always holds what a model of it
 * holds, revisions only go up, and every revision that was ever acknowledged is there under its number, or was collected.
 */

interface Modelled {
  readonly home: string;
  readonly name: string;
  /** Of every line: a revision names one content ever. */
  readonly contents: Map<number, Content>;
  revision: number;
  content: Content;
  skipped: number;
  rollbacks: number;
}

type Step =
  | {
      readonly kind: 'run';
      readonly of: number;
      readonly writes: readonly (readonly [number, number])[];
      readonly checkpoint: boolean;
    }
  | { readonly kind: 'roll-back'; readonly of: number; readonly at: number }
  | { readonly kind: 'branch'; readonly of: number; readonly at: number }
  | { readonly kind: 'collect'; readonly of: number };

const of = fc.nat(9);
const at = fc.nat(999);
const writes = fc.array(fc.tuple(fc.nat(7), fc.nat(99)), { minLength: 1, maxLength: 14 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.record({ kind: fc.constant('run' as const), of, writes, checkpoint: fc.boolean() }), weight: 5 },
  { arbitrary: fc.record({ kind: fc.constant('roll-back' as const), of, at }), weight: 4 },
  { arbitrary: fc.record({ kind: fc.constant('branch' as const), of, at }), weight: 2 },
  { arbitrary: fc.record({ kind: fc.constant('collect' as const), of }), weight: 1 },
);

async function write(family: Family, member: Modelled, todo: Extract<Step, { kind: 'run' }>): Promise<void> {
  await family.node(member.home, async (database) => {
    for (const [number, value] of todo.writes) {
      const { revision } = await database.put(`key-${number}`, `${member.name} ${value}`);
      expect(revision).toBe(member.revision + 1);
      member.revision = revision;
      member.content = new Map([...member.content, [`key-${number}`, `${member.name} ${value}`]]);
      member.contents.set(revision, member.content);
    }
    if (todo.checkpoint) await database.checkpoint();
  });
}

function pick(member: Modelled, chance: number): number {
  const known = [...member.contents.keys()];
  return known[chance % known.length]!;
}

async function rollBack(family: Family, member: Modelled, revision: number): Promise<boolean> {
  const answer = await family.rollBack(member.home, revision);
  if (answer.kind === 'compacted') return false;
  const { lastRevision, skippedRevision, plan } = rolledBack(answer);
  expect([plan.revision, lastRevision, skippedRevision]).toEqual([revision, member.revision, member.revision + 2]);
  member.revision = skippedRevision;
  member.skipped = skippedRevision;
  member.content = member.contents.get(revision)!;
  member.contents.set(skippedRevision, member.content);
  member.rollbacks += 1;
  return true;
}

async function check(family: Family, member: Modelled): Promise<void> {
  await family.node(member.home, async (database) => {
    expect(await database.status()).toMatchObject({ revision: member.revision });
    expect(sorted(await contentOf(database))).toEqual(sorted(member.content));
    for (const [revision, content] of member.contents) {
      if (revision < member.skipped) await expect(contentOf(database, revision)).rejects.toThrow(/compacted/);
      else expect(sorted(await contentOf(database, revision))).toEqual(sorted(content));
    }
  });
  const home = await family.tool(member.home, followSuccessors);
  for (const [revision, content] of member.contents) {
    const values = new Map<string, string>();
    const found = await family.tool(home, (core) =>
      stateAt(core, { kind: 'revision', revision }, ({ key, value }) => {
        values.set(key, new TextDecoder().decode(value));
      }),
    );
    if (found.kind === 'compacted') continue;
    expect(found).toMatchObject({ kind: 'state', position: { revision } });
    expect(values.size).toBeGreaterThanOrEqual(content.size);
    if (found.kind === 'state') expect(found.state.keys).toBe(content.size);
  }
}

const sorted = (content: Content) => [...content].sort(([left], [right]) => (left < right ? -1 : 1));

async function live(steps: readonly Step[]): Promise<{ readonly rollbacks: number; readonly twice: number }> {
  const family = createFamily();
  const empty: Content = new Map();
  const root = {
    home: '',
    name: 'root',
    contents: new Map([[1, empty]]),
    revision: 1,
    content: empty,
    skipped: 0,
    rollbacks: 0,
  };
  const members: Modelled[] = [root];
  await write(family, root, { kind: 'run', of: 0, writes: [[1, 1]], checkpoint: false });
  for (const one of steps) {
    const member = members[one.of % members.length]!;
    switch (one.kind) {
      case 'run':
        await write(family, member, one);
        break;
      case 'roll-back':
        await rollBack(family, member, pick(member, one.at));
        break;
      case 'branch': {
        const revision = pick(member, one.at);
        const from = await family.tool(member.home, followSuccessors);
        const name = `b-${members.length}`;
        const created = await family.branch(from, name, { kind: 'revision', revision });
        if (created.kind === 'compacted') break;
        const content = member.contents.get(revision)!;
        const contents = new Map([[revision, content]]);
        // What it began as was compacted where that was skipped.
        members.push({ home: homeOf(created), name, contents, revision, content, skipped: 0, rollbacks: 0 });
        break;
      }
      case 'collect': {
        const home = await family.tool(member.home, followSuccessors);
        const settings = {
          retention: { kind: 'age' as const, milliseconds: 0 },
          youngMs: 0,
          graceMs: 0,
          dryRun: false,
        };
        for (let round = 0; round < 2; round++) {
          await new Promise((resolve) => setTimeout(resolve, 2));
          await family.tool(home, (core) => collectLines(core, settings));
        }
        break;
      }
    }
  }
  for (const member of members) await check(family, member);
  return {
    rollbacks: members.reduce((sum, { rollbacks }) => sum + rollbacks, 0),
    twice: members.filter(({ rollbacks }) => rollbacks > 1).length,
  };
}

test('whatever is rolled back, again and again, holds its own content above every revision that it had', async () => {
  let rollbacks = 0;
  let twice = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 24 }), async (steps) => {
      const lived = await live(steps);
      rollbacks += lived.rollbacks;
      twice += lived.twice;
    }),
    { numRuns: 40 },
  );
  expect(rollbacks).toBeGreaterThan(60);
  expect(twice).toBeGreaterThan(10);
});
