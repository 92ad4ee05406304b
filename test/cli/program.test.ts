import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { settingsOf, settingTable } from '../../src/cli/settings.ts';
import type { CommandName } from '../../src/cli/setting.ts';

async function t4(line: string, environment: Readonly<Record<string, string>> = {}) {
  let out = '';
  let error = '';
  const argv = line === '' ? [] : line.split(' ');
  const code = await runProgram(argv, environment, {
    out: (text) => (out += typeof text === 'string' ? text : new TextDecoder().decode(text)),
    error: (text) => (error += text),
  });
  return { code, out, error };
}

describe('help', () => {
  it('of the program names every command', async () => {
    const { code, out, error } = await t4('--help');
    expect({ code, error }).toEqual({ code: 0, error: '' });
    for (const command of [
      'run',
      'inspect',
      'status',
      'checkpoint',
      'cost',
      'cat',
      'history',
      'diff',
      'gc',
      'verify',
      'branch',
    ])
      expect(out).toMatch(new RegExp(`^  ${command} `, 'm'));
  });

  it.each<CommandName>([
    'run',
    'inspect',
    'status',
    'checkpoint',
    'cost',
    'cat',
    'history',
    'diff',
    'verify',
    'branch create',
    'branch list',
    'branch delete',
    'restore',
  ])('of %s names every option, its default, and examples', async (command) => {
    const { code, out } = await t4(`${command} --help`);
    expect(code).toBe(0);
    for (const name of settingsOf(command)) {
      if (settingTable[name].secret) continue;
      expect(out).toMatch(new RegExp(`^  --${name}( <|$)`, 'm'));
      const byDefault = settingTable[name].default;
      if (byDefault !== undefined && byDefault !== 'false')
        expect(out.replace(/\s+/g, ' ')).toContain(`(default: ${byDefault})`);
    }
    expect(out).toContain('--config <FILE>');
    expect(out).toMatch(new RegExp(`^Examples:\n(  .*\n)*  t4 ${command}`, 'm'));
    expect(out).toContain('Exit code:');
  });

  it('is reached by `help COMMAND` too', async () => {
    expect((await t4('help status')).out).toBe((await t4('status --help')).out);
  });
});

it('--version prints the version alone', async () => {
  const { code, out } = await t4('--version');
  expect(code).toBe(0);
  expect(out).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
});

describe('usage errors end with 2, name what is wrong, and touch nothing', () => {
  it.each<readonly [string, Readonly<Record<string, string>>, string]>([
    [
      '',
      {},
      't4: which command? run, inspect, status, checkpoint, cost, cat, history, diff, gc, verify, drill, branch, restore, import or export\n    t4 --help tells what they do\n',
    ],
    ['branch', {}, 't4: which command? create, list or delete\n    t4 branch --help tells what they do\n'],
    ['branch list', {}, 't4: which store?\n    give its URL, or set T4_STORE\n'],
    ['branch create a', {}, 't4: which store?\n    give --from URL, or set T4_STORE\n'],
    ['restore --at-revision 3 --to a', {}, 't4: which store?\n    give --from URL, or set T4_STORE\n'],
    ['cat a', {}, 't4: which store?\n    give --store URL, or set T4_STORE\n'],
    [
      'restore --from file:./x --to a --at-revision 1x',
      {},
      't4: --at-revision: "1x" is no revision\n    give a whole number from 1 on, of at most 15 digits; --at-time takes a time\n',
    ],
    [
      'restore --from file:./x --to a --at-revision 12345678901234567',
      {},
      't4: --at-revision: "12345678901234567" is no revision\n    give a whole number from 1 on, of at most 15 digits; --at-time takes a time\n',
    ],
    [
      'restore --from file:./x --to a --at-time 12',
      {},
      't4: --at-time: "12" is no time\n    give 2026-03-01T12:00:00Z (with Z or an offset), or how long ago: -90m, -24h, -7d\n',
    ],
    ['runn', {}, "t4: unknown command 'runn'\n    did you mean run?\n"],
    ['run --lisen 127.0.0.1:1', {}, "t4: unknown option '--lisen'\n    did you mean --listen?\n"],
    [
      'run --listen',
      {},
      "t4: option '--listen <HOST:PORT[,…]>' argument missing\n    t4 --help and t4 COMMAND --help tell what there is\n",
    ],
    [
      'run extra',
      {},
      "t4: too many arguments for 'run'. Expected 0 arguments but got 1.\n    t4 --help and t4 COMMAND --help tell what there is\n",
    ],
    [
      'run --lease-ttl 3',
      {},
      't4: --lease-ttl: "3" is not a duration such as 500ms, 3s or 10m\n    lease-ttl takes DURATION\n',
    ],
    [
      'run --store memory:',
      { T4_DATADIR: 'x' },
      't4: unknown environment variable T4_DATADIR\n    did you mean T4_DATA_DIR?\n',
    ],
    [
      'run --store memory: --s3-secret-access-key x',
      {},
      't4: --s3-secret-access-key: a secret on the command line can be read by every user of the machine\n    use T4_S3_SECRET_ACCESS_KEY or the config file\n',
    ],
    [
      'run --config /nonexistent/t4.yaml',
      {},
      "t4: cannot read the config file /nonexistent/t4.yaml: ENOENT: no such file or directory, open '/nonexistent/t4.yaml'\n",
    ],
    [
      'inspect',
      {},
      't4: what is to be inspected?\n    give --store URL, --store URL KEY, or a FILE; see t4 inspect --help\n',
    ],
    [
      'status --endpoint nowhere',
      {},
      't4: --endpoint: "nowhere" is not HOST:PORT, as in 127.0.0.1:2379 or [::1]:2379\n    endpoint takes HOST:PORT\n',
    ],
  ])('t4 %s %j', async (line, environment, error) => {
    expect(await t4(line, environment)).toEqual({ code: 2, out: '', error });
  });
});

it('T4_CONFIG names a config file as --config does', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 't4-config-')), 't4.yaml');
  writeFileSync(file, 'endpoint: nowhere\n');
  for (const result of [await t4('status', { T4_CONFIG: file }), await t4(`status --config ${file}`)]) {
    expect(result.code).toBe(2);
    expect(result.error).toContain(`endpoint in ${file}: "nowhere" is not HOST:PORT`);
  }
});

it('a stack is shown for T4_DEBUG alone', async () => {
  const plain = await t4('inspect /nonexistent/file');
  expect(plain).toMatchObject({ code: 1 });
  expect(plain.error).not.toContain('    at ');
  expect((await t4('inspect /nonexistent/file', { T4_DEBUG: '1' })).error).toContain('    at ');
});
