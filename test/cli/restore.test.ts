import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { open } from '../../src/index.ts';
import { runCommand } from '../support/run-command.ts';

const t4 = (...argv: readonly string[]) => runCommand(argv);

/** `a` is 1, 2, 3 at revisions 2, 3, 4. */
async function writtenStore(settings: Partial<Parameters<typeof open>[0]> = {}): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 't4-restore-'));
  const store = `file:${folder}/store`;
  const db = await open({
    store,
    ...settings,
    ...(settings.durability === 'local' ? { dataDir: `${folder}/node` } : {}),
  });
  for (const value of ['1', '2', '3']) await db.put('a', value);
  await db.close();
  return store;
}

async function valueIn(store: string): Promise<string | undefined> {
  const db = await open({ store });
  const entry = await db.get('a');
  await db.close();
  return entry?.text();
}

test('as a branch: says what it is at, and how to run it', async () => {
  const store = await writtenStore();
  const restore = (...more: readonly string[]) =>
    t4('restore', '--from', store, '--at-revision', '3', '--to', 'back', ...more);
  expect((await restore('--dry-run')).out).toMatch(/^would restore revision 3 \(.*Z\) as branch back\n$/);
  expect((await t4('branch', 'list', store)).out).not.toContain('back');
  const { code, out } = await restore();
  expect(code).toBe(0);
  expect(out).toMatch(/^restored revision 3 \(\d{4}-.*Z\) as branch back\n {4}run it: t4 run --store (.*)\n$/);
  expect(await valueIn(`${store}/branches/back`)).toBe('2');
  expect(await valueIn(store)).toBe('3');
  expect(await restore()).toMatchObject({
    code: 1,
    error: expect.stringContaining('there is a branch back already') as string,
  });
});

test('in place: asks, says what it would abandon, does it, and can be undone', async () => {
  const store = await writtenStore();
  const inPlace = (at: string, ...more: readonly string[]) =>
    t4('restore', '--from', store, '--at-revision', at, '--in-place', ...more);
  const asked = await inPlace('2');
  expect(asked.code).toBe(1);
  expect(asked.error).toContain('nothing was changed: --in-place asks for --yes');
  expect(asked.out).toMatch(
    /^would restore revision 2 .* in place\n {4}would abandon revisions 3 to 4: 1 keys were written since\n$/,
  );
  expect(JSON.parse((await inPlace('2', '--dry-run', '--json')).out)).toMatchObject({
    revision: 2,
    lastRevision: 4,
    keysWrittenAfter: 1,
    authChangesAfter: 0,
  });
  expect(await valueIn(store)).toBe('3');

  const done = await inPlace('2', '--yes');
  expect(done.code).toBe(0);
  expect(done.out).toMatch(/^restored revision 2 .* in place; it goes on above revision 6, as rollback-[0-9a-f]{8}\n/);
  expect(done.out).toContain('to undo: t4 restore --in-place --at-revision 4');
  expect(await valueIn(store)).toBe('1');

  expect((await t4('cat', 'a', '--store', store)).out).toBe('1');
  expect((await t4('cat', 'a', '--store', store, '--at', '4')).out).toBe('3');
  expect((await t4('diff', '--store', store, '--from', '2', '--to', '4')).out).toContain(
    'revision 2 to 4: 0 added, 1 changed, 0 deleted',
  );
  expect((await t4('history', 'a', '--store', store, '--values')).out).not.toContain('revision 3');
  expect((await t4('verify', store)).out).toContain(
    '  not looked at: what a rollback abandoned in the root\nall is well\n',
  );
  expect(JSON.parse((await t4('verify', store, '--json')).out)).toMatchObject({ ok: true, predecessor: '' });
  expect((await t4('gc', '--store', store)).code).toBe(0);
  const listed = (await t4('branch', 'list', store)).out;
  expect(listed).toMatch(
    /^root {2}made .*; rolled back, goes on as (rollback-[0-9a-f]{8})\n└─ \1 {2}rollback, goes on above revision 6, made/,
  );
  const name = /rollback-[0-9a-f]{8}/.exec(listed)![0];
  expect((await t4('branch', 'delete', name, '--from', store)).error).toContain(
    `the database was rolled back and goes on as ${name}: it cannot be deleted alone`,
  );
  expect((await t4('inspect', '--store', store)).out).toContain('successor');

  expect((await inPlace('4', '--yes')).code).toBe(0);
  expect(await valueIn(store)).toBe('3');
});

test.each([
  ['without a place in time', ['--to', 'x'], 'restore to when?'],
  ['without a place to restore to', ['--at-revision', '2'], 'restore to where?'],
  ['to two places', ['--at-revision', '2', '--to', 'x', '--in-place'], 'restore to where?'],
])('%s it is wrong usage', async (_, args, message) => {
  const { code, error } = await t4('restore', '--from', 'file:/nowhere', ...args);
  expect(code).toBe(2);
  expect(error).toContain(message);
});

test('what has not come is refused in etcd’s words, and nothing is changed', async () => {
  const store = await writtenStore();
  const { code, error } = await t4('restore', '--from', store, '--at-revision', '9', '--in-place', '--yes');
  expect(code).toBe(1);
  expect(error).toContain('etcdserver: mvcc: required revision is a future revision: revision 9');
  expect(await valueIn(store)).toBe('3');
});

test('acknowledged on a disk alone: refused, with the way out', async () => {
  const store = await writtenStore({ durability: 'local' });
  const { code, error } = await t4('restore', '--from', store, '--at-revision', '2', '--in-place', '--yes');
  expect(code).toBe(1);
  expect(error).toContain('(durability local): the last revision is not known here. Nothing was changed');
  expect((await t4('restore', '--from', store, '--at-revision', '2', '--to', 'aside')).code).toBe(0);
});
