import { describe, expect, test } from 'vitest';
import { openMemoryStore } from '../../src/adapters/memory-store/memory-store.ts';
import { deleteBranch } from '../../src/core/branch/delete-branch.ts';
import { readManifestAt } from '../../src/core/branch/pinned.ts';
import { collectOnce } from '../../src/core/collect/collect-once.ts';
import { slotKey } from '../../src/core/format/keys.ts';
import { difference } from '../../src/core/tool/difference.ts';
import { stateAt } from '../../src/core/tool/state-at.ts';
import { verifyDatabase } from '../../src/core/tool/verify/verify.ts';
import type { Manifest } from '../../src/core/types/log.ts';
import type { Retention } from '../../src/core/types/retention.ts';
import { createSeeded } from '../support/seeded.ts';
import { contentOf, createFamily, homeOf, type Family } from './family.ts';

/** Branches of databases whose old slots are in archives, and nowhere else. */

const forEver: Retention = { kind: 'for-ever' };
const nothingOld: Retention = { kind: 'age', milliseconds: 0 };

/** One key more at each revision. */
async function fill(
  family: Family,
  home: string,
  keys: number,
  prefix: string,
  checkpointEvery: number,
): Promise<void> {
  await family.node(home, async (database) => {
    for (let index = 0; index < keys; index++) {
      await database.put(`${prefix}/${index}`, `${index}`);
      if (index % checkpointEvery === checkpointEvery - 1) await database.checkpoint();
    }
  });
}

/** Archives what is old enough, and deletes at once what nothing needs. */
async function collect(family: Family, home: string, retention: Retention, archiveBytes = 8_000): Promise<void> {
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    await family.tool(home, (core) => {
      const configuration = { ...core.configuration, archiveSegments: 5, archiveBytes };
      return collectOnce({ ...core, configuration }, { retention, youngMs: 0, graceMs: 0, dryRun: false });
    });
  }
}

async function manifestAt(family: Family, home: string): Promise<Manifest> {
  return (await family.tool('', (core) => readManifestAt(core, home)))!.manifest;
}

async function slotsHeld(family: Family, home: string, first: number, last: number): Promise<number> {
  let held = 0;
  for (let slot = first; slot <= last; slot++)
    if ((await family.store.get(home + slotKey(slot))).kind === 'ok') held += 1;
  return held;
}

/** A key more at each revision: of the root's up to where it was left, then the branch's. */
async function expectContent(family: Family, home: string, expected: readonly string[]): Promise<void> {
  const found = await family.node(home, (database) => contentOf(database));
  expect([...found.keys()].sort()).toEqual([...expected].sort());
}

const named = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}/${index}`);

describe.each([
  ['short stretches', 10],
  ['long stretches', 70],
])('%s in archives', (_name, checkpointEvery) => {
  const atRevision = (revision: number) => ({ kind: 'revision', revision }) as const;

  test('are read by branches, branches of branches, and every tool, until the last branch goes', async () => {
    const family = createFamily();
    await fill(family, '', 220, 'root', checkpointEvery);
    const early = homeOf(await family.branch('', 'early', atRevision(91)));
    await collect(family, '', forEver);
    const late = homeOf(await family.branch('', 'late', atRevision(58)));
    await fill(family, early, 160, 'early', checkpointEvery);
    await collect(family, early, forEver);
    const child = homeOf(await family.branch(early, 'child', atRevision(91 + 48)));
    const cousin = homeOf(await family.branch(early, 'cousin', atRevision(70)));
    // Of the parents nothing old is kept any more but what branches need: archives are forgotten, merged, and deleted.
    await fill(family, '', 220, 'after', checkpointEvery);
    await collect(family, '', nothingOld, 100_000);
    await collect(family, early, nothingOld, 100_000);

    const lines: readonly [home: string, revision: number, content: readonly string[]][] = [
      [late, 58, named('root', 57)],
      [early, 91 + 160, [...named('root', 90), ...named('early', 160)]],
      [child, 91 + 48, [...named('root', 90), ...named('early', 48)]],
      [cousin, 70, named('root', 69)],
    ];
    for (const parent of ['', early]) {
      const { archives, pins } = await manifestAt(family, parent);
      expect(archives.length).toBeGreaterThan(0);
      const slots = pins.flatMap(({ firstSlot, lastSlot }) => [firstSlot, lastSlot]);
      const [first, last] = [Math.min(...slots), Math.max(...slots)];
      expect(archives[0]!.firstSlot).toBeLessThanOrEqual(first);
      expect(await slotsHeld(family, parent, first, last)).toBeLessThan((last - first) / 3);
    }
    for (const [home, revision, content] of lines) {
      const found = await family.tool(home, (core) => stateAt(core, atRevision(revision)));
      expect(found).toMatchObject({ kind: 'state', position: { revision } });
      if (home !== early) {
        const differing = await family.tool(home, (core) =>
          difference(core, atRevision(revision - 5), atRevision(revision), { prefix: '', values: false }),
        );
        expect(differing).toMatchObject({ kind: 'difference', toRevision: revision });
        expect(differing.kind === 'difference' && differing.keys.map(({ key }) => key)).toEqual(
          content.slice(-5).sort(),
        );
      }
      expect((await family.tool(home, verifyDatabase)).findings).toEqual([]);
      await expectContent(family, home, content);
    }
    for (const name of ['child', 'cousin', 'late', 'early'])
      expect(await family.tool('', (core) => deleteBranch(core, name, false))).toMatchObject({ kind: 'removed' });
    const { logFloor } = await manifestAt(family, '');
    await collect(family, '', nothingOld, 100_000);
    const left = await manifestAt(family, '');
    expect(left.logFloor).toBeGreaterThan(logFloor);
    expect(left.logFloor).toBe(left.checkpoints[0]!.slot + 1);
    expect((await family.tool('', verifyDatabase)).findings).toEqual([]);
    await expectContent(family, '', [...named('root', 220), ...named('after', 220)]);
  });
});

test('a branch of now is not cut short where slots were archived and deleted while it was made', async () => {
  const memory = openMemoryStore();
  let meanwhile: (() => Promise<void>) | undefined;
  const store = {
    ...memory,
    async list(prefix: string, options?: Parameters<typeof memory.list>[1]) {
      if (prefix !== 'log/' || meanwhile === undefined) return memory.list(prefix, options);
      const doNow = meanwhile;
      meanwhile = undefined;
      await doNow();
      return memory.list(prefix, options);
    },
  };
  const family = createFamily(store);
  await fill(family, '', 20, 'root', 100);
  meanwhile = async () => {
    await fill(family, '', 60, 'meanwhile', 10);
    await collect(family, '', forEver);
  };
  const home = homeOf(await family.branch('', 'now'));
  expect(meanwhile).toBeUndefined();
  await expectContent(family, home, [...named('root', 20), ...named('meanwhile', 60)]);
});

const retentions: readonly Retention[] = [
  forEver,
  nothingOld,
  { kind: 'age', milliseconds: 300 },
  { kind: 'size', bytes: 2_000 },
  { kind: 'size', bytes: 30_000 },
];

const seeds = (process.env['T4_ARCHIVES_SEEDS'] ?? '1,2').split(',').map(Number);

/** Everything at once: a leader that collects, two collectors from outside, branches that come and go, and a retention that is changed all the time. */
test.each(seeds)('a random life, seed %d', { timeout: 900_000 }, async (seed) => {
  const seeded = createSeeded(seed);
  const family = createFamily();
  const { pick } = seeded;
  const branches = new Map<string, { readonly home: string; readonly content: readonly string[] }>();
  let written = 0;
  let made = 0;

  async function collectOutside(): Promise<void> {
    const settings = { retention: pick(retentions), youngMs: 0, graceMs: 0, dryRun: false };
    const archiving = { archiveSegments: pick([1, 3, 10]), archiveBytes: pick([500, 5_000, 100_000]) };
    try {
      await family.tool('', (core) =>
        collectOnce({ ...core, configuration: { ...core.configuration, ...archiving } }, settings),
      );
    } catch (error) {
      // Three collectors at once: each attempt met another's change.
      expect(error).toMatchObject({ reason: 'contention' });
    }
  }

  async function branchSomewhere(): Promise<void> {
    const revision = seeded.integer(1, written + 1);
    const name = `branch-${++made}`;
    const created = await family.branch('', name, { kind: 'revision', revision });
    if (created.kind === 'compacted') return;
    branches.set(name, { home: homeOf(created), content: named('root', revision - 1) });
  }

  for (let reign = 0; reign < 4; reign++) {
    const leading = {
      collectIntervalMs: 20,
      collectGraceMs: 1,
      retention: pick(retentions),
      archiveSegments: pick([1, 3, 10]),
      archiveBytes: pick([500, 5_000, 100_000]),
    };
    await family.node(
      '',
      async (database) => {
        for (let step = 0; step < 12; step++) {
          for (let put = seeded.integer(1, 12); put > 0; put--) await database.put(`root/${written++}`, 'x'.repeat(20));
          if (seeded.next() < 0.7) await database.checkpoint();
          const meanwhile = [collectOutside(), collectOutside()];
          if (seeded.next() < 0.4) await branchSomewhere();
          await Promise.all(meanwhile);
          const name = pick([...branches.keys(), undefined]);
          if (name === undefined || seeded.next() < 0.7) continue;
          expect(await family.tool('', (core) => deleteBranch(core, name, false))).toMatchObject({ kind: 'removed' });
          branches.delete(name);
        }
      },
      leading,
    );
    for (const { home, content } of branches.values()) await expectContent(family, home, content);
    expect((await family.tool('', verifyDatabase)).findings).toEqual([]);
  }
  await expectContent(family, '', named('root', written));
  expect(made).toBeGreaterThan(5);
});
