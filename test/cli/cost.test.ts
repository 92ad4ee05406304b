import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createBranch, open, restore } from '../../src/index.ts';
import { startServer, type ClientServer } from '../../src/server/server.ts';
import { clientErrors } from '../../src/core/types/error.ts';
import { DatabaseError } from '../../src/host/database.ts';
import { createFakeDatabase, leader } from '../server/fake-database.ts';
import { factsOfTest, keepingOfTest } from '../server/node-facts.ts';
import { runCommand } from '../support/run-command.ts';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const database = createFakeDatabase();
let server: ClientServer;
let folder: string;
let countedMs = 7_200_000;

beforeAll(async () => {
  Object.assign(database, { status: { ...database.status, keeping: keepingOfTest } });
  database.answer('members', { kind: 'members', members: [leader] });
  const facts = { ...factsOfTest(), countedMs: () => countedMs };
  server = await startServer({ database, listen: ['127.0.0.1:0'], log: silent, facts });
  folder = mkdtempSync(join(tmpdir(), 't4-cost-'));
  const db = await open({ store: `file:${folder}/store` });
  await db.put('key', 'value');
  await db.checkpoint();
  await db.close();
});

afterAll(async () => {
  await server.stop(0);
  rmSync(folder, { recursive: true, force: true });
});

const t4 = (...argv: readonly string[]) => runCommand(argv);

const node = () => ['--endpoint', server.addresses[0]!];

interface Told {
  readonly total: number;
  readonly requests: readonly { readonly subject: string; readonly requests: number }[];
  readonly storage: readonly { readonly subject: string; readonly bytes: number }[];
  readonly notes: readonly string[];
}

describe('t4 cost', () => {
  test('of a node: requests from its counters, storage from what it knows', async () => {
    const { code, out } = await t4('cost', ...node(), '--json');
    expect(code).toBe(0);
    const told = JSON.parse(out) as Told;
    expect(told.requests).toEqual([expect.objectContaining({ subject: 'segment', requests: 730 })]);
    expect(told.storage).toMatchObject([{ bytes: 700 }, { bytes: 800 }]);
    expect(told.notes.join(' ')).toContain('Estimated from 2h0m');
  });

  test('of a store alone: what is there, and no requests', async () => {
    const { code, out } = await t4('cost', '--store', `file:${folder}/store`, '--json');
    expect(code).toBe(0);
    const told = JSON.parse(out) as Told;
    expect(told.requests).toEqual([]);
    expect(told.storage.map(({ subject }) => subject)).toEqual(
      expect.arrayContaining(['segment', 'checkpoint', 'chunk', 'page', 'control', 'manifest']),
    );
    expect(told.notes.join(' ')).toContain('no node was asked');
  });

  test('as a table, with other prices', async () => {
    const path = join(folder, 'prices.yaml');
    writeFileSync(
      path,
      'name: here\ncurrency: EUR\nputPerThousand: 1000\nlistPerThousand: 0\ngetPerThousand: 0\ndeletePerThousand: 0\nstoragePerGigabyteMonth: 0\n',
    );
    const { code, out } = await t4('cost', ...node(), '--prices', path);
    expect(code).toBe(0);
    expect(out).toContain('A month (730 hours) in EUR, by here.');
    expect(out).toMatch(/log +PUT +730 +730\.00/);
    expect(out).toContain('--lease-ttl');
  });

  test('a short sample is refused, or loudly said to be one', async () => {
    countedMs = 30_000;
    const refused = await t4('cost', ...node());
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.error).toContain('a month cannot be told from that');
    countedMs = 600_000;
    expect((await t4('cost', ...node())).out).toContain('ESTIMATED FROM 10m0s ALONE');
    expect((await t4('cost', ...node(), '--sample', '1s')).code).toBe(2);
  });
});

describe('t4 checkpoint', () => {
  test('prints what it took', async () => {
    const taken = { slot: 9, revision: 40, treeBytes: 2_048, objectsUploaded: 3, bytesUploaded: 1_024 };
    database.answer('checkpoint', { kind: 'checkpoint', ...taken });
    expect(await t4('checkpoint', ...node())).toEqual({
      code: 0,
      out: 'checkpoint of revision 40, to slot 9 of the log: 2 KiB\nuploaded: 3 objects, 1 KiB\n',
      error: '',
    });
    expect(JSON.parse((await t4('checkpoint', ...node(), '--json')).out)).toMatchObject({ bytesUploaded: 1_024 });
  });

  test('a node that does not lead says so', async () => {
    database.answer('checkpoint', new DatabaseError(clientErrors.noLeader));
    const { code, error } = await t4('checkpoint', ...node());
    expect(code).toBe(1);
    expect(error).toContain('etcdserver: no leader');
  });

  test('nobody there', async () => {
    expect((await t4('checkpoint', '--endpoint', '127.0.0.1:1', '--timeout', '2s')).code).toBe(3);
  });
});

test('what was rolled back is stored as before', async () => {
  const store = `file:${folder}/rolled`;
  const db = await open({ store });
  await db.put('key', 'x'.repeat(5_000));
  await db.checkpoint();
  await db.put('key', 'y');
  await db.close();
  const { store: branch } = await createBranch({ store, name: 'branch' });
  const onBranch = await open({ store: branch });
  await onBranch.put('key', 'z'.repeat(7_000));
  await onBranch.close();
  const bytesOf = async (url: string): Promise<number> => {
    const { out } = await t4('cost', '--store', url, '--json');
    const { storage } = JSON.parse(out) as { storage: readonly { bytes: number }[] };
    return storage.reduce((sum, { bytes }) => sum + bytes, 0);
  };
  const before = [await bytesOf(store), await bytesOf(branch)] as const;
  await restore({ store: branch, atRevision: 3, inPlace: true });
  await restore({ store, atRevision: 2, inPlace: true });
  expect(await bytesOf(branch)).toBeGreaterThan(before[1]);
  expect(await bytesOf(store)).toBeGreaterThan(before[0]);
});

test('an empty folder costs nothing because nothing is there', async () => {
  const empty = `${folder}/empty`;
  mkdirSync(empty);
  const { code, out, error } = await t4('cost', '--store', `file:${empty}`);
  expect([code, out]).toEqual([1, '']);
  expect(error).toBe(`t4: there is no database here: file:${empty} is empty\n`);
});

test('t4 status shows the requests and what is kept', async () => {
  const { out } = await t4('status', ...node());
  expect(out).toMatch(/retention +976\.6 KiB\n/);
  expect(out).toMatch(/log +put-if-absent +2 +0\.2 +1 +200 B +0 B/);
  expect(out).toContain('went wrong: SlowDown 1');
});
