import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { slotKey } from '../../src/core/format/keys.ts';
import { open } from '../../src/index.ts';

let folder: string;

/** Revisions: 2 a=1, 3 b=2, 4 a=3, 5 c=bytes, 6 b deleted. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 't4-time-travel-'));
  const db = await open({ store: `file:${folder}` });
  await db.put('a', '1');
  await db.put('b', '2');
  await db.put('a', '3');
  await db.put('c', new Uint8Array([0, 0xff, 10]));
  await db.delete('b');
  await db.close();
});

async function t4(...argv: readonly string[]) {
  const parts: Uint8Array[] = [];
  let error = '';
  const code = await runProgram(
    argv,
    { T4_STORE: `file:${folder}` },
    {
      out: (data) => void parts.push(typeof data === 'string' ? Buffer.from(data) : data),
      error: (text) => (error += text),
    },
  );
  return { code, out: Buffer.concat(parts).toString('latin1'), error };
}

describe('t4 cat', () => {
  test('prints the value alone, now and then', async () => {
    expect(await t4('cat', 'a')).toEqual({ code: 0, out: '3', error: '' });
    expect(await t4('cat', 'a', '--at', '3')).toEqual({ code: 0, out: '1', error: '' });
    expect(await t4('cat', 'c')).toEqual({ code: 0, out: '\0\xff\n', error: '' });
    expect((await t4('cat', '61', '--hex')).out).toBe('3');
    expect((await t4('cat', 'a', '--at', '-0s')).out).toBe('3');
  });

  test('tells what it knows, for a machine', async () => {
    expect(JSON.parse((await t4('cat', 'a', '--at', '3', '--json')).out)).toMatchObject({
      databaseRevision: 3,
      key: 'a',
      modRevision: 2,
      version: 1,
      value: '1',
    });
    expect(JSON.parse((await t4('cat', 'c', '--json')).out)).toMatchObject({ valueBase64: 'AP8K' });
  });

  test('says why there is nothing to print', async () => {
    expect(await t4('cat', 'b')).toEqual({
      code: 1,
      out: '',
      error: 't4: there is no key "b" at the end\n    it was deleted at revision 6\n',
    });
    expect(await t4('cat', 'a', '--at', '7')).toMatchObject({
      code: 1,
      error: expect.stringMatching(
        /^t4: etcdserver: mvcc: required revision is a future revision: revision 7\n {4}.*revision 6/,
      ),
    });
  });

  test('says when the database began where it is asked for a time before', async () => {
    const early = '2001-03-01T12:00:00Z';
    const error = expect.stringMatching(
      /^t4: the database did not exist yet: 2001-03-01T12:00:00\.000Z\n {4}it began at 2\d{3}-\S+Z\n$/,
    );
    expect(await t4('cat', 'a', '--at', early)).toEqual({ code: 1, out: '', error });
    expect(await t4('diff', '--from', early)).toEqual({ code: 3, out: '', error });
    expect(await t4('branch', 'create', 'early', '--from', `file:${folder}`, '--at-time', early)).toEqual({
      code: 1,
      out: '',
      error,
    });
  });

  test.each([
    [['cat'], "missing required argument 'key'"],
    [['cat', 'a', '--at', 'yesterday'], '"yesterday" is neither a revision nor a time'],
    [['cat', 'a', '--at', '2026-03-01T12:00:00'], 'is neither a revision nor a time'],
    [['cat', 'a', '--at', '2999-03-01T12:00:00Z'], 'is in the future'],
    [['cat', 'a', '--at', '0'], '0 is no revision'],
    [['cat', 'xyz', '--hex'], 'is no row of hexadecimal bytes'],
    [['history', 'a', '--limit', '0'], 'is no number from 1 on'],
    [['diff'], '--from: from which revision or moment?'],
    [['verify', 'nowhere'], 'a store is given as'],
  ])('%j is not understood', async (argv, words) => {
    const { code, out, error } = await t4(...argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(error).toContain(words);
  });
});

test('t4 history lists every version', async () => {
  const { code, out } = await t4('history', 'b', '--values');
  expect(code).toBe(0);
  expect(out).toMatch(/^revision 3 {2}\S+Z {2}version 1 {2}"2"\nrevision 6 {2}\S+Z {2}deleted\n$/);
  expect(JSON.parse((await t4('history', 'a', '--limit', '1', '--json')).out)).toMatchObject({
    key: 'a',
    databaseRevision: 6,
    versions: [{ revision: 4, version: 2, valueBytes: 1 }],
  });
  expect((await t4('history', 'none')).code).toBe(1);
});

test('t4 diff shows what differs, and says it by its exit code', async () => {
  expect(await t4('diff', '--from', '3', '--to', '3')).toMatchObject({ code: 0 });
  const { code, out } = await t4('diff', '--from', '3', '--values');
  expect(code).toBe(1);
  expect(out).toBe(
    [
      '~ "a"',
      '    - revision 2  "1"',
      '    + revision 4  "3"',
      '- "b"',
      '    - revision 3  "2"',
      '+ "c"',
      '    + revision 5  "\\x00\\xff\\x0a"',
      'revision 3 to 6: 1 added, 1 changed, 1 deleted',
      '',
    ].join('\n'),
  );
  expect(JSON.parse((await t4('diff', '--from', '5', '--prefix', 'b', '--json')).out)).toMatchObject({
    keys: [{ difference: 'deleted', key: 'b' }],
  });
  expect(await t4('diff', '--from', '99')).toMatchObject({ code: 3 });
});

describe('t4 verify', () => {
  test('is content with a store that is whole', async () => {
    const { code, out, error } = await t4('verify');
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(out).toMatch(/all is well\n$/);
  });

  test('takes the store as an argument, and makes none', async () => {
    expect((await t4('verify', `file:${folder}`, '--json')).code).toBe(0);
    const nowhere = join(folder, 'nowhere');
    expect(await t4('verify', `file:${nowhere}`)).toMatchObject({
      code: 1,
      error: `t4: there is no folder ${nowhere}\n`,
    });
    expect((await t4('verify', `file:${folder}`, '--store', `file:${folder}`)).code).toBe(2);
  });

  test('names what is missing, and what it costs', async () => {
    rmSync(join(folder, `${slotKey(3)}~object`), { recursive: true, force: true });
    rmSync(join(folder, slotKey(3)), { recursive: true, force: true });
    const { code, out } = await t4('verify');
    expect(code).toBe(1);
    expect(out).toContain(`missing: ${slotKey(3)}: missing\n    costs: `);
    expect(out).toMatch(/1 found\n$/);
  });
});
