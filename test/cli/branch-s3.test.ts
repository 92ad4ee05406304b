import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { open } from '../../src/index.ts';
import { startS3, type RunningS3 } from '../support/s3.ts';
import { runCommand } from '../support/run-command.ts';

/** What the commands that need no node do over S3: prefixes, pages of a list, conditions and ranges are the adapter's, not a folder's. */
let s3: RunningS3;

beforeAll(async () => {
  // A page is shorter than what a database has: each list goes over several.
  s3 = await startS3({ listPageMax: 3 });
  for (const [name, value] of Object.entries(s3.environment)) vi.stubEnv(name, value);
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await s3.close();
});

const t4 = (...argv: readonly string[]) => runCommand(argv, s3.environment);

test.each(['', 'family/of/one'])('branches in the bucket, below the prefix %j', async (prefix) => {
  const store = s3.url(prefix);
  const branch = s3.url(`${prefix === '' ? '' : `${prefix}/`}branches/try-1`);
  const db = await open({ store });
  for (const value of ['1', '2', '3']) await db.put('a', value);
  await db.close();

  const created = await t4('branch', 'create', 'try-1', '--from', store, '--at-revision', '3');
  expect(created).toEqual({ code: 0, out: `branch try-1 made at revision 3: ${branch}\n`, error: '' });
  expect((await t4('cat', 'a', '--store', branch)).out).toBe('2');
  const own = await open({ store: branch });
  expect((await own.put('a', 'branch')).revision).toBe(4);
  await own.close();
  expect((await t4('cat', 'a', '--store', branch)).out).toBe('branch');
  expect((await t4('cat', 'a', '--store', store)).out).toBe('3');
  expect((await t4('diff', '--store', branch, '--from', '3', '--values')).out).toBe(
    '~ "a"\n    - revision 3  "2"\n    + revision 4  "branch"\nrevision 3 to 4: 0 added, 1 changed, 0 deleted\n',
  );
  expect((await t4('history', 'a', '--store', branch)).out.match(/^revision \d+/gm)).toEqual([
    'revision 2',
    'revision 3',
    'revision 4',
  ]);
  for (const one of [store, branch]) {
    expect(await t4('verify', one)).toMatchObject({ code: 0, error: '' });
    expect(await t4('gc', '--store', one, '--retention', '0s', '--grace', '0s')).toMatchObject({ code: 0 });
    expect(await t4('verify', one)).toMatchObject({ code: 0, error: '' });
  }
  expect(JSON.parse((await t4('branch', 'list', branch, '--json')).out)).toMatchObject({
    home: '',
    branches: [{ name: 'try-1', state: 'there', revision: 3, branches: [] }],
  });
  expect(await t4('branch', 'delete', 'try-1', '--from', store)).toEqual({
    code: 0,
    out: 'branch try-1 deleted\n',
    error: '',
  });
  expect(await t4('cat', 'a', '--store', branch)).toMatchObject({
    code: 1,
    error: expect.stringContaining('has no branch try-1'),
  });
  expect((await t4('verify', store)).code).toBe(0);
});
