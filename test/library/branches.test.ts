/** Branches and restores from a program: the same as from the command line. */
import { mkdtempSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  CompactedError,
  T4Error,
  WatchEndedError,
  createBranch,
  deleteBranch,
  listBranches,
  open,
  restore,
  type ErrorReason,
  type OpenOptions,
  type T4,
  type Watch,
} from '../../src/index.ts';
import { unhurried } from '../support/unhurried.ts';

const opened: T4[] = [];
afterEach(async () => {
  for (const db of opened.splice(0)) await db.close();
});

async function openOne(options: OpenOptions): Promise<T4> {
  const db = await open({ requestTimeoutMs: unhurried.requestTimeoutMs, ...options });
  opened.push(db);
  return db;
}

const folder = (): string => mkdtempSync(join(tmpdir(), 't4-branches-'));
const leaseMs = 500;

/** Revision 2: red, 3: green. Open. */
async function coloured(): Promise<{ readonly store: string; readonly db: T4 }> {
  const store = `file:${folder()}`;
  const db = await openOne({ store, leaseMs });
  await db.put('colour', 'red');
  await db.put('colour', 'green');
  return { store, db };
}

const colour = (db: T4): Promise<string | undefined> => db.get('colour').then((entry) => entry?.text());

async function reasonOf(call: Promise<unknown>): Promise<ErrorReason> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(T4Error);
  return (error as T4Error).reason;
}

describe('branches', () => {
  it('are made while the database is open, opened by what they are made as, and see nothing of it afterwards', async () => {
    const { store, db } = await coloured();
    const now = await createBranch({ store, name: 'now' });
    const before = await createBranch({ store, name: 'before', atRevision: 2 });
    expect(before).toMatchObject({ name: 'before', store: `${store}/branches/before` });
    expect(before.home).toBe(`branches/before/${before.databaseId.slice(0, 16)}/`);
    await db.put('colour', 'blue');
    expect(await colour(await openOne({ store: now.store }))).toBe('green');
    expect(await colour(await openOne({ store: before.store }))).toBe('red');
    expect(await colour(db)).toBe('blue');
  });

  it('begin at a moment', async () => {
    const { store, db } = await coloured();
    const moment = new Date();
    while (Date.now() <= moment.getTime());
    await db.put('colour', 'blue');
    const { store: branch } = await createBranch({ store, name: 'then', atTime: moment });
    expect(await colour(await openOne({ store: branch }))).toBe('green');
    expect(await reasonOf(createBranch({ store, name: 'never', atTime: 0 }))).toBe('notBegun');
  });

  it('are listed as a tree and deleted, those with branches by force alone', async () => {
    const { store, db } = await coloured();
    const one = await createBranch({ store, name: 'one' });
    await createBranch({ store: one.store, name: 'two' });
    await db.close();
    const root = await listBranches({ store: one.store });
    expect(root).toMatchObject({ name: '', home: '', branch: undefined, closed: false });
    expect(root.created.getTime()).toBeGreaterThan(0);
    const [listed] = root.branches;
    expect(listed).toMatchObject({ name: 'one', home: one.home, branch: { state: 'there', revision: 3 } });
    expect(await reasonOf(deleteBranch({ store, name: 'one' }))).toBe('hasBranches');
    expect(await deleteBranch({ store, name: 'one', force: true })).toEqual({ deleted: [], kept: 'one' });
    expect((await listBranches({ store })).branches[0]).toMatchObject({ name: 'one', closed: true });
    expect(await deleteBranch({ store, name: 'two' })).toEqual({ deleted: ['two', 'one'], kept: undefined });
    expect((await listBranches({ store })).branches).toEqual([]);
    expect(await reasonOf(deleteBranch({ store, name: 'two' }))).toBe('noSuchBranch');
    expect(await reasonOf(open({ store: one.store }))).toBe('noSuchBranch');
    expect(await reasonOf(listBranches({ store: one.store }))).toBe('noSuchBranch');
  });

  it('say why they are not made', async () => {
    const { store } = await coloured();
    await createBranch({ store, name: 'one' });
    expect(await reasonOf(createBranch({ store, name: 'one' }))).toBe('nameTaken');
    expect(await reasonOf(createBranch({ store, name: 'far', atRevision: 99 }))).toBe('futureRevision');
    const missing = `file:${join(folder(), 'missing')}`;
    expect(await reasonOf(createBranch({ store: missing, name: 'one' }))).toBe('store');
    expect(existsSync(missing.slice('file:'.length))).toBe(false);
    expect(await reasonOf(createBranch({ store: `file:${folder()}`, name: 'one' }))).toBe('refused');
    const signal = AbortSignal.abort();
    expect(await reasonOf(createBranch({ store, name: 'never', signal }))).toBe('aborted');
    expect((await listBranches({ store })).branches.map(({ name }) => name)).toEqual(['one']);
  });

  it.each([
    [{ name: 'a/b' }, 'is no name'],
    [{ name: 'ü' }, 'is no name'],
    [{ name: 'a'.repeat(65) }, 'is no name'],
    [{ name: 'a', atRevision: 1, atTime: 1 }, 'two places'],
    [{ name: 'a', atRevision: 0 }, 'begin with 1'],
    [{ name: 'a', atRevision: -1 }, 'whole number'],
    [{ name: 'a', atTime: Number.NaN }, 'no time'],
    [{ name: 'a', atTime: new Date('no date') }, 'no time'],
    [{ name: 'a', atTime: 1e15 }, 'in the future'],
    [{ name: 'a', store: 'memory:' }, 'in memory'],
    [{ name: 'a', store: 'ftp://x' }, '`store`'],
  ])('%j makes no sense', async (options, message) => {
    await expect(createBranch({ store: `file:${folder()}`, ...options })).rejects.toThrow(message);
  });
});

describe('a restore', () => {
  it('makes a branch', async () => {
    const { store, db } = await coloured();
    const restored = await restore({ store, atRevision: 2, to: 'before' });
    expect(await colour(await openOne({ store: restored.store }))).toBe('red');
    expect(await colour(db)).toBe('green');
  });

  it('rolls back under a database that is open, which follows, and back again', async () => {
    const { store, db } = await coloured();
    const ended = endOf(db.watch('colour', { fromRevision: 3 }));
    const done = await restore({ store, atRevision: 2, inPlace: true });
    expect(done).toMatchObject({ revision: 2, lastRevision: 3 });
    const end = await ended;
    expect(end).toBeInstanceOf(WatchEndedError);
    const { resumeRevision } = end as WatchEndedError;
    await settled(() => colour(db));
    expect(await endOf(db.watch('colour', { fromRevision: resumeRevision }))).toBeInstanceOf(CompactedError);
    const { revision } = await settled(() => db.put('colour', 'blue'));
    expect(revision).toBeGreaterThan(done.compactRevision);
    await restore({ store, atRevision: done.lastRevision, inPlace: true });
    expect(await settled(() => colour(db))).toBe('green');
    await expect(db.get('colour', { revision: 2 })).rejects.toThrow(CompactedError);
  });

  it('asks when and where', async () => {
    const { store } = await coloured();
    const call = restore as (options: object) => Promise<unknown>;
    await expect(call({ store, to: 'a' })).rejects.toThrow('to when');
    await expect(call({ store, atRevision: 2 })).rejects.toThrow('to where');
    await expect(call({ store, atRevision: 2, to: 'a', inPlace: true })).rejects.toThrow('to where');
    expect(await reasonOf(restore({ store, atRevision: 9, inPlace: true }))).toBe('futureRevision');
    expect((await listBranches({ store })).branches).toEqual([]);
  });

  it('in place is refused where a disk may hold more than the store', async () => {
    const store = `file:${folder()}`;
    const db = await openOne({ store, leaseMs, durability: 'local', dataDir: folder(), uploadIntervalMs: 10 });
    await db.put('colour', 'red');
    expect(await reasonOf(restore({ store, atRevision: 1, inPlace: true }))).toBe('heldByDisks');
    expect(await colour(db)).toBe('red');
  });
});

/** While a node goes on elsewhere it answers that there is no leader. Who tries again at once keeps nothing from it. */
async function settled<Result>(call: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof T4Error) || error.status !== 'Unavailable') throw error;
    }
  }
}

/** Why a watch ended. */
async function endOf(watch: Watch): Promise<unknown> {
  try {
    for await (const change of watch) expect(change.revision).toBeLessThanOrEqual(3);
  } catch (error) {
    return error;
  }
  return undefined;
}
