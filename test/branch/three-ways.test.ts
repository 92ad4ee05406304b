import { expect, test } from 'vitest';
import { createSystemClock } from '../../src/adapters/system-clock.ts';
import { openMemoryStore } from '../../src/adapters/memory-store/memory-store.ts';
import { deleteBranch } from '../../src/core/branch/delete-branch.ts';
import { readManifestAt } from '../../src/core/branch/pinned.ts';
import { collectOnce } from '../../src/core/collect/collect-once.ts';
import { stateAt } from '../../src/core/tool/state-at.ts';
import { planRollback } from '../../src/core/restore/plan-rollback.ts';
import type { Manifest } from '../../src/core/types/log.ts';
import type { Node } from '../../src/host/node.ts';
import type { T4 } from '../../src/library/t4.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';
import { contentDifferences, contentOfEntries, type HeldContent } from '../support/content-model.ts';
import { createSeeded } from '../support/seeded.ts';
import { createFamily, homeOf } from './family.ts';
import { createRecordedLife, type RecordedMoment } from './recorded-life.ts';

/**
 * What a revision held is the same whoever is asked: a branch made there, as `t4 restore --to` makes it, the running server, the tools that read the store, and the record of
 * what was written. While writes, compactions, checkpoints and collectors go on, over several reigns, with a retention that forgets the first of them.
 */
const revisionsAsked = Number(process.env['T4_THREE_WAYS_REVISIONS'] ?? 200);
const seed = Number(process.env['T4_THREE_WAYS_SEED'] ?? 4);

const hourMs = 3_600_000;
const reigns = 8;
const retention = { kind: 'age' as const, milliseconds: 3.5 * hourMs };
const writesPerReign = 25;
const collecting = { retention, youngMs: 0, graceMs: 0, dryRun: false };

/** Hours pass between the reigns. */
function createJumpingClock(): { readonly clock: Clock; jump(): void } {
  const clock = createSystemClock();
  let aheadMs = 0;
  return {
    clock: {
      now() {
        const { monotonicMs, wallMs } = clock.now();
        return { monotonicMs, wallMs: wallMs + aheadMs };
      },
      schedule: (monotonicMs, fire) => clock.schedule(monotonicMs, fire),
    },
    jump: () => (aheadMs += hourMs),
  };
}

type Place = 'before any checkpoint' | 'of a checkpoint' | 'between two' | 'after the newest' | 'compacted since';

function placeOf({ checkpoints }: Manifest, revision: number, compactRevision: number): Place {
  if (revision < compactRevision) return 'compacted since';
  if (checkpoints.some((checkpoint) => checkpoint.revision === revision)) return 'of a checkpoint';
  if (checkpoints.every((checkpoint) => checkpoint.revision > revision)) return 'before any checkpoint';
  return checkpoints.every((checkpoint) => checkpoint.revision < revision) ? 'after the newest' : 'between two';
}

interface Asked {
  readonly revision: number;
  readonly moment: RecordedMoment;
}

async function rangeOf(database: T4, revision?: number): Promise<HeldContent> {
  const range = await database.range({ prefix: '' }, revision === undefined ? {} : { revision });
  expect(range.count).toBe(range.entries.length);
  return contentOfEntries(range.entries);
}

async function leasesOf(node: Node): Promise<ReadonlyMap<bigint, number>> {
  const { response } = await node.request<'lease-leases'>({ kind: 'lease-leases' });
  const leases = new Map<bigint, number>();
  for (const id of response.ids) {
    const told = await node.request<'lease-time-to-live'>({ kind: 'lease-time-to-live', id, keys: false });
    leases.set(id, told.response.grantedTtlSeconds);
  }
  return leases;
}

const ascending = (leases: ReadonlyMap<bigint, number>) => [...leases].sort(([a], [b]) => (a < b ? -1 : 1));

test(
  `${revisionsAsked} random revisions, as branches, on the server, from the store and as they were written`,
  { timeout: 60_000 + revisionsAsked * 300 },
  async () => {
    const seeded = createSeeded(seed);
    const life = createRecordedLife(seeded);
    const { clock, jump } = createJumpingClock();
    const store = openMemoryStore();
    const deleted = new Set<string>();
    const watched: ObjectStore = {
      ...store,
      deleteMany(keys) {
        for (const key of keys) deleted.add(key);
        return store.deleteMany(keys);
      },
    };
    const family = createFamily(watched, () => undefined, clock);
    const places: Record<Place, number> = {
      'before any checkpoint': 0,
      'of a checkpoint': 0,
      'between two': 0,
      'after the newest': 0,
      'compacted since': 0,
    };
    const threeWays = () => Object.values(places).reduce((sum, asked) => sum + asked, 0) - places['compacted since'];
    const keptBranches = new Map<string, Asked>();
    let collections = 0;

    function same(revision: number, way: string, found: HeldContent): void {
      expect([revision, way, contentDifferences(life.at(revision).content, found)]).toEqual([revision, way, []]);
    }

    async function collect(): Promise<void> {
      await family.tool('', (core) => collectOnce(core, collecting));
      collections += 1;
    }

    async function change(database: T4, node: Node, isFirst: boolean): Promise<void> {
      const chance = seeded.next();
      if (chance < 0.1) await life.lease(node);
      else if (chance < 0.12 && !isFirst) await life.compact(database);
      else if (chance < 0.17 && !isFirst) await database.checkpoint();
      else await life.write(database);
    }

    async function askBranch(revision: number, name: string, mayKeep: boolean): Promise<void> {
      const cut = { kind: 'revision', revision } as const;
      expect(await family.tool('', (core) => planRollback(core, cut))).toMatchObject({ kind: 'plan', revision });
      const home = homeOf(await family.branch('', name, cut));
      // Of the newest revision this may change: what is compacted or granted next comes after the branch.
      const moment = life.at(revision);
      await checkBranch({ revision, moment }, home);
      if (mayKeep && seeded.next() < 0.15) keptBranches.set(home, { revision, moment });
      else await family.tool('', (core) => deleteBranch(core, name, false));
    }

    async function checkBranch({ revision, moment }: Asked, home: string): Promise<void> {
      const { leases, compactRevision } = moment;
      await family.node(home, async (branch, node) => {
        expect(await branch.status()).toMatchObject({ revision, compactRevision });
        same(revision, 'branch', await rangeOf(branch));
        expect([revision, ascending(await leasesOf(node))]).toEqual([revision, ascending(leases)]);
        const earlier = seeded.integer(Math.max(1, compactRevision), revision);
        same(earlier, `branch of ${revision}`, await rangeOf(branch, earlier));
      });
    }

    async function askStore(revision: number): Promise<void> {
      const values = new Map<string, string>();
      const nameOf = (key: string, at: number, sub: number) => `${key} ${at} ${sub}`;
      const answer = await family.tool('', (core) =>
        stateAt(core, { kind: 'revision', revision }, ({ key, modRevision, sub, value }) => {
          values.set(nameOf(key, modRevision, sub), new TextDecoder().decode(value));
        }),
      );
      if (answer.kind !== 'state') throw new Error(`revision ${revision} is ${answer.kind}`);
      const found = new Map();
      answer.state.index.visit({ key: '', rangeEnd: '\0' }, revision, (version) => {
        const { key, createRevision, modRevision, sub, version: count, lease } = version;
        const value = values.get(nameOf(key, modRevision, sub));
        found.set(key, { value, createRevision, modRevision, version: count, lease });
        return true;
      });
      same(revision, 'store', found);
      expect(ascending(answer.leases)).toEqual(ascending(life.at(revision).leases));
    }

    function someRevision({ checkpoints, logFloor }: Manifest): number {
      const oldest = logFloor > 1 ? checkpoints[0]!.revision : 1;
      const compacted = life.compactRevision();
      if (oldest < compacted && seeded.next() < 0.1) return seeded.integer(oldest, compacted - 1);
      const readable = Math.max(oldest, compacted);
      const named = checkpoints.filter(({ revision }) => revision >= readable);
      // At a checkpoint's own revision is where errors by one would be.
      if (named.length > 0 && seeded.next() < 0.15) return seeded.pick(named).revision;
      return seeded.integer(readable, life.revision());
    }

    async function askAll(database: T4, name: string, mayKeep: boolean): Promise<void> {
      const held = await family.tool('', (core) => readManifestAt(core, ''));
      const revision = someRevision(held!.manifest);
      const place = placeOf(held!.manifest, revision, life.compactRevision());
      places[place] += 1;
      if (place === 'compacted since') await expect(rangeOf(database, revision)).rejects.toThrow(/compacted/);
      else same(revision, 'server', await rangeOf(database, revision));
      await askBranch(revision, name, mayKeep);
      await askStore(revision);
    }

    async function reign(number: number): Promise<void> {
      await family.node(
        '',
        async (database, node) => {
          for (let write = 0; write < writesPerReign; write++) await change(database, node, number === 1);
          // What the hour made too old goes before anybody is asked for it.
          if (number > 1) await database.checkpoint();
          await collect();
          const { manifest } = (await family.tool('', (core) => readManifestAt(core, '')))!;
          if (number <= 3) expect([number, manifest.logFloor]).toEqual([number, 1]);
          for (let asked = 0; threeWays() < (revisionsAsked * number) / reigns; asked++) {
            const name = `at-${number}-${asked}`;
            const mayKeep = number > reigns / 2;
            await Promise.all([askAll(database, name, mayKeep), asked % 3 === 0 ? collect() : undefined]);
            await change(database, node, number === 1);
          }
          same(life.revision(), 'head', await rangeOf(database));
        },
        {
          // The first reign is one without a checkpoint for long.
          checkpointSegments: number === 1 ? 60 : 24,
          checkpointChunkBytes: 512,
          retention,
          collectIntervalMs: 40,
          collectGraceMs: 0,
        },
      );
      jump();
    }

    for (let number = 1; number <= reigns; number++) await reign(number);
    await collect();
    for (const [home, asked] of keptBranches) await checkBranch(asked, home);

    const held = await family.tool('', (core) => readManifestAt(core, ''));
    const deletedBelow = (prefix: string) => [...deleted].filter((key) => key.startsWith(prefix)).length;
    expect(threeWays()).toBeGreaterThanOrEqual(revisionsAsked);
    expect(held!.manifest.logFloor).toBeGreaterThan(20);
    for (const prefix of ['log/', 'chunks/', 'pages/', 'checkpoints/']) expect(deletedBelow(prefix)).toBeGreaterThan(3);
    if (revisionsAsked < 200) return;
    for (const asked of Object.values(places)) expect(asked).toBeGreaterThan(5);
    expect(keptBranches.size).toBeGreaterThan(5);
    expect(collections).toBeGreaterThan(50);
  },
);
