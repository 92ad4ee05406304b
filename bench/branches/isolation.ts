import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBranch } from '../../src/core/branch/create-branch.ts';
import { deleteBranch } from '../../src/core/branch/delete-branch.ts';
import { readManifestAt } from '../../src/core/branch/pinned.ts';
import { collectOnce } from '../../src/core/collect/collect-once.ts';
import type { Core } from '../../src/core/core.ts';
import type { Task } from '../../src/core/task.ts';
import { verifyDatabase } from '../../src/core/tool/verify/verify.ts';
import { ToolError } from '../../src/host/run-tool.ts';
import { open } from '../../src/library/open.ts';
import type { T4 } from '../../src/library/t4.ts';
import { operation } from '../../src/library/txn.ts';
import { contentDifferences, contentOfEntries, type HeldContent } from '../../test/support/content-model.ts';
import { createSeeded } from '../../test/support/seeded.ts';
import { onFolder } from './on-folder.ts';
import { createWriters, keyOf, type Writers } from './writers.ts';

/**
 * A database, a branch of it and a branch of that branch, each a node of its own on one store in a folder, all written to at once. Their
 * collectors keep next to nothing, others collect from outside at the same time, and short-lived branches come and go. What each holds is held
 * against what was written to it: now and then, at the end, and once more by a node that has nothing but the store.
 */
export interface IsolationSettings {
  /** Empty, and the caller's to remove. */
  readonly folder: string;
  readonly keys: number;
  /** It ends when so much time is over, so many rounds of comparisons and of collections are done, and so much was written to each database. */
  readonly seconds: number;
  readonly rounds: number;
  readonly writesEach: number;
  readonly compareEveryMs: number;
  readonly checkpointIntervalMs: number;
  readonly writers: number;
  readonly pauseMs: number;
  readonly seed: number;
  /** One collection of the database at that URL from outside, with this retention and grace; undefined: within this process. */
  readonly collect: ((url: string, retentionMs: number, graceMs: number) => Promise<void>) | undefined;
  readonly progress: (line: string) => void;
}

export interface IsolationResult {
  readonly databases: readonly IsolatedDatabase[];
  readonly shortLived: number;
  readonly collectionsOutside: number;
  /** Those that nodes overtook, each time they began again. */
  readonly collectionsOvertaken: number;
  readonly seconds: number;
  readonly differences: readonly string[];
}

export interface IsolatedDatabase {
  readonly name: string;
  readonly writes: number;
  readonly revision: number;
  readonly keys: number;
  readonly comparisons: number;
  /** Of the whole log, those that a collector took away. */
  readonly slots: number;
  readonly slotsCollected: number;
  readonly checkpoints: number;
}

interface Member {
  readonly name: string;
  readonly url: string;
  readonly home: string;
  readonly database: T4;
  readonly writers: Writers;
  comparisons: number;
}

const retentionMs = 2_000;
const retention = { kind: 'age', milliseconds: retentionMs } as const;
const graceMs = 500;
/** What a busy disk holds up is written all the same: an outcome that nobody knows could not be compared with anything. */
const requestTimeoutMs = 600_000;
const operationsPerTransaction = 100;

export async function runIsolation(settings: IsolationSettings): Promise<IsolationResult> {
  const { folder, seconds, progress } = settings;
  const seeded = createSeeded(settings.seed);
  const storeFolder = join(folder, 'store');
  await mkdir(storeFolder, { recursive: true });
  const root = `file:${storeFolder}`;
  const differences: string[] = [];
  const members: Member[] = [];
  let shortLived = 0;
  let collectionsOutside = 0;
  let collectionsOvertaken = 0;
  let collecting = true;

  const toolAt = <Result>(home: string, task: (core: Core) => Task<Result>): Promise<Result> =>
    onFolder(storeFolder, home, task);

  function note(lines: readonly string[]): void {
    for (const line of lines) progress(`difference: ${line}`);
    differences.push(...lines);
  }

  function openAt(url: string, name: string | undefined): Promise<T4> {
    return open({
      store: url,
      ...(name === undefined ? {} : { name, dataDir: join(folder, name) }),
      checkpointIntervalMs: settings.checkpointIntervalMs,
      requestTimeoutMs,
      retentionMs,
      collectIntervalMs: 250,
      collectGraceMs: graceMs,
    });
  }

  async function join_(name: string, url: string, home: string, begun: HeldContent, revision: number): Promise<Member> {
    const database = await openAt(url, name);
    const writers = createWriters(name, database, { content: begun, revision }, seeded.fork(), settings);
    const member = { name, url, home, database, writers, comparisons: 0 };
    members.push(member);
    await compare(member);
    return member;
  }

  async function compare(member: Member): Promise<void> {
    note(await member.writers.compare());
    member.comparisons += 1;
  }

  /** Made while the parent is written to, at what it held a moment before. */
  async function branchOf(parent: Member, name: string) {
    const content = new Map(await parent.writers.pause());
    const revision = parent.writers.revision();
    parent.writers.go();
    const cut = { kind: 'revision', revision } as const;
    const created = await toolAt(parent.home, (core) => createBranch(core, name, cut));
    if (created.kind !== 'created') throw new Error(`branch ${name} of ${parent.name} is ${created.kind}`);
    return { url: `${root}/branches/${name}`, home: created.manifest.home, content, revision };
  }

  async function liveShortly(): Promise<void> {
    const name = `short-${(shortLived += 1)}`;
    const parent = seeded.pick(members);
    const { url, content, revision } = await branchOf(parent, name);
    const database = await openAt(url, undefined);
    try {
      const range = await database.range({ prefix: '' });
      note(contentDifferences(content, contentOfEntries(range.entries)).map((line) => `${name}: ${line}`));
      if (range.revision !== revision) note([`${name}: revision ${range.revision} instead of ${revision}`]);
      await database.put(keyOf(0), name);
    } finally {
      await database.close();
    }
    await toolAt('', (core) => deleteBranch(core, name, false));
  }

  async function collectOutside(): Promise<void> {
    const within = (home: string) =>
      toolAt(home, (core) => collectOnce(core, { retention, graceMs, youngMs: graceMs, dryRun: false }));
    while (collecting) {
      for (const { url, home } of [...members]) {
        if (!collecting) return;
        try {
          await (settings.collect === undefined ? within(home) : settings.collect(url, retentionMs, graceMs));
          collectionsOutside += 1;
        } catch (error) {
          // Nodes change their manifests several times a second here; on a busy machine this one may be slower each time.
          if (!(error instanceof ToolError && error.reason === 'contention')) throw error;
          collectionsOvertaken += 1;
        }
        await sleep(100);
      }
    }
  }

  async function ended({ name, url, home, database, writers, comparisons }: Member): Promise<IsolatedDatabase> {
    await writers.stop();
    const expected = await writers.pause();
    await database.close();
    const verification = await toolAt(home, verifyDatabase);
    note(verification.findings.map(({ what }) => `${name}: verify: ${what}`));
    const fresh = await openAt(url, undefined);
    try {
      const found = contentOfEntries((await fresh.range({ prefix: '' })).entries);
      note(contentDifferences(expected, found).map((line) => `${name}, from the store alone: ${line}`));
    } finally {
      await fresh.close();
    }
    const { manifest } = (await toolAt(home, (core) => readManifestAt(core, home)))!;
    return {
      name,
      writes: writers.writes(),
      revision: writers.revision(),
      keys: expected.size,
      comparisons: comparisons + 1,
      slots: verification.lastSlot,
      slotsCollected: manifest.logCollectedFloor - 1,
      checkpoints: manifest.checkpoints.length,
    };
  }

  const begunMs = performance.now();
  let collector: Promise<void> = Promise.resolve();
  try {
    const filled = await fill(await openAt(root, 'parent'), settings.keys);
    const parent = await join_('parent', root, '', filled.content, filled.revision);
    const first = await branchOf(parent, 'first');
    const child = await join_('first', first.url, first.home, first.content, first.revision);
    collector = collectOutside();
    // Whoever awaits it comes later than its failure may.
    collector.catch(() => undefined);
    // So that the branch of the branch begins with writes of its own parent, too.
    await sleep(settings.compareEveryMs);
    const second = await branchOf(child, 'second');
    await join_('second', second.url, second.home, second.content, second.revision);
    const untilMs = performance.now() + seconds * 1_000;
    const isEnough = (rounds: number) =>
      performance.now() >= untilMs &&
      rounds >= settings.rounds &&
      collectionsOutside > 0 &&
      collectionsOutside + collectionsOvertaken >= settings.rounds &&
      members.every(({ writers }) => writers.writes() >= settings.writesEach);
    for (let rounds = 0; !isEnough(rounds); rounds++) {
      await Promise.all([sleep(settings.compareEveryMs), liveShortly()]);
      for (const member of members) await compare(member);
      progress(members.map(({ name, writers }) => `${name} at revision ${writers.revision()}`).join(', '));
    }
    collecting = false;
    await collector;
    const databases: IsolatedDatabase[] = [];
    for (const member of members) databases.push(await ended(member));
    const milliseconds = performance.now() - begunMs;
    return {
      databases,
      shortLived,
      collectionsOutside,
      collectionsOvertaken,
      seconds: milliseconds / 1_000,
      differences,
    };
  } finally {
    // After a failure too nobody goes on in the folder, which is the caller's again.
    collecting = false;
    await Promise.allSettled([collector, ...members.map(({ writers }) => writers.stop())]);
    await Promise.allSettled(members.map(({ database }) => database.close()));
  }
}

async function fill(database: T4, keys: number): Promise<{ readonly content: HeldContent; readonly revision: number }> {
  for (let first = 0; first < keys; first += operationsPerTransaction) {
    const some = Array.from({ length: Math.min(operationsPerTransaction, keys - first) }, (_, index) => first + index);
    await database.txn({ then: some.map((index) => operation.put(keyOf(index), `before any branch ${index}`)) });
  }
  const { entries, revision } = await database.range({ prefix: '' });
  if (entries.length !== keys) throw new Error(`${entries.length} keys instead of ${keys}`);
  await database.close();
  return { content: contentOfEntries(entries), revision };
}
