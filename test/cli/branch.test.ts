import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { open } from '../../src/index.ts';
import { runCommand } from '../support/run-command.ts';

const t4 = (...argv: readonly string[]) => runCommand(argv);

async function writtenStore(): Promise<string> {
  const store = `file:${mkdtempSync(join(tmpdir(), 't4-branch-'))}`;
  const db = await open({ store });
  for (const value of ['1', '2', '3']) await db.put('a', value);
  await db.close();
  return store;
}

test('branches of a folder: made, opened, read, listed, deleted', async () => {
  const store = await writtenStore();
  const created = await t4('branch', 'create', 'try-1', '--from', store, '--at-revision', '3');
  expect(created).toEqual({
    code: 0,
    out: `branch try-1 made at revision 3: ${store}/branches/try-1\n`,
    error: '',
  });
  const branch = `${store}/branches/try-1`;
  expect((await t4('cat', 'a', '--store', branch)).out).toBe('2');
  const db = await open({ store: branch });
  expect((await db.get('a'))?.text()).toBe('2');
  expect((await db.put('a', 'branch')).revision).toBe(4);
  await db.close();
  expect((await t4('cat', 'a', '--store', branch)).out).toBe('branch');
  expect((await t4('cat', 'a', '--store', store)).out).toBe('3');
  expect((await t4('verify', branch)).code).toBe(0);

  const nested = await t4('branch', 'create', 'nested', '--from', branch, '--json');
  expect(JSON.parse(nested.out)).toMatchObject({ name: 'nested', cut: { kind: 'end' } });
  expect(await t4('verify', `${store}/branches/nested`)).toMatchObject({
    code: 0,
    out: expect.stringContaining('  log: no slot of its own; proved up to revision 4\n'),
  });
  const listed = JSON.parse((await t4('branch', 'list', `${store}/branches/nested`, '--json')).out) as object;
  expect(listed).toMatchObject({
    home: '',
    branches: [
      {
        name: 'try-1',
        state: 'there',
        revision: 3,
        pinnedBytes: 0,
        branches: [{ name: 'nested', revision: 4, removed: false, branches: [] }],
      },
    ],
  });
  const text = (await t4('branch', 'list', store)).out;
  expect(text).toMatch(/^root .*\n└─ try-1 {2}at revision 3, .*\n {3}└─ nested {2}at revision 4, .*\n$/);

  expect(await t4('branch', 'delete', 'try-1', '--from', store)).toMatchObject({
    code: 1,
    error: expect.stringContaining('branch try-1 has branches of its own: nested'),
  });
  expect((await t4('branch', 'delete', 'try-1', '--from', store, '--force')).out).toMatch(/^branch try-1 is closed/);
  await expect(open({ store: branch })).rejects.toThrow(`has no branch try-1`);
  expect((await t4('cat', 'a', '--store', `${store}/branches/nested`)).out).toBe('branch');
  expect((await t4('branch', 'delete', 'nested', '--from', store)).out).toBe(
    'branch nested deleted\nbranch try-1 deleted\n',
  );
  expect(JSON.parse((await t4('branch', 'list', store, '--json')).out)).toMatchObject({ branches: [] });
  expect((await t4('verify', store)).code).toBe(0);
  expect((await t4('branch', 'create', 'try-1', '--from', store)).code).toBe(0);
});

test('a branch at a time is what the database was then', async () => {
  const store = await writtenStore();
  const { versions } = JSON.parse((await t4('history', 'a', '--store', store, '--values', '--json')).out) as {
    versions: readonly { readonly revision: number; readonly time: string; readonly value: string }[];
  };
  expect(versions.map(({ value }) => value)).toEqual(['1', '2', '3']);
  for (const { revision, time } of versions) {
    // Writes of one moment belong together.
    const { value } = versions.findLast((other) => other.time <= time)!;
    const name = `at-${revision}`;
    expect(await t4('branch', 'create', name, '--from', store, '--at-time', time)).toEqual({
      code: 0,
      out: `branch ${name} made at ${time}: ${store}/branches/${name}\n`,
      error: '',
    });
    expect((await t4('cat', 'a', '--store', `${store}/branches/${name}`)).out).toBe(value);
    expect((await t4('cat', 'a', '--store', store, '--at', time)).out).toBe(value);
  }
  expect((await t4('branch', 'create', 'now', '--from', store, '--at-time', '-0s')).code).toBe(0);
  expect((await t4('cat', 'a', '--store', `${store}/branches/now`)).out).toBe('3');
});

test('what cannot be made, opened or deleted says why', async () => {
  const store = await writtenStore();
  const create = (...more: readonly string[]) => t4('branch', 'create', 'b', '--from', store, ...more);
  expect(await create('--at-revision', '9')).toMatchObject({
    code: 1,
    error: expect.stringMatching(/^t4: etcdserver: mvcc: required revision is a future revision: revision 9\n/),
  });
  expect(await create('--at-revision', '9', '--at-time', '-1m')).toMatchObject({ code: 2 });
  expect(await create('--at-time', '7')).toMatchObject({ code: 2 });
  expect(await t4('branch', 'create', 'No', '--from', store)).toMatchObject({ code: 2 });
  expect((await create()).code).toBe(0);
  expect(await create()).toMatchObject({ code: 1, error: expect.stringContaining('there is a branch b already') });
  expect(await t4('branch', 'delete', 'c', '--from', store)).toMatchObject({ code: 1 });
  expect(await t4('cat', 'a', '--store', `${store}/branches/c`)).toMatchObject({
    code: 1,
    error: expect.stringContaining('has no branch c'),
  });
  expect(await t4('branch')).toMatchObject({ code: 2 });
});
