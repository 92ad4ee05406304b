import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { etcdctl, etcdctlAbsence, type EtcdctlProgram, etcdctlPrograms } from './harness/etcdctl.ts';
import { runScript, type Script } from './harness/etcdctl-script.ts';
import { usePair } from './harness/pair.ts';
import { startT4Process } from './harness/t4-process.ts';

/** The commands that `etcdctl.test.ts` leaves, and every form of output: each etcdctl that there is, beside the newest etcd. */
const pair = usePair(startT4Process);
let programs: readonly EtcdctlProgram[] = [];
let folder: string;

beforeAll(async () => {
  programs = await etcdctlPrograms();
  folder = await mkdtemp(join(tmpdir(), 'etcdctl-commands-'));
}, 600_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

interface ScriptOptions {
  /** Of etcdctl. */
  readonly from?: '3.6';
  /** What is asked of etcd would end it, or has another answer on purpose. */
  readonly oursAlone?: boolean;
}

function script(name: string, commands: Script, { from, oursAlone = false }: ScriptOptions = {}): void {
  test(name, async ({ skip }) => {
    const able = programs.filter(({ version }) => from === undefined || !version.startsWith('3.4.'));
    if (able.length === 0) return skip(etcdctlAbsence);
    for (const { path: program, version } of able) {
      await pair.reset();
      const place = { program, folder: join(folder, version) };
      const { address } = pair.ours().server;
      const ours = await runScript({ ...place, address, isOurs: true }, commands);
      expect(pair.ours().server.isAlive()).toBe(true);
      const theirs = oursAlone ? undefined : pair.references().at(-1);
      if (theirs === undefined) continue;
      expect(ours).toEqual(await runScript({ ...place, address: theirs.server.address, isOurs: false }, commands));
    }
  });
}

describe('forms of output', () => {
  for (const form of ['simple', 'json', 'fields', 'table']) {
    script(`-w ${form}`, [
      ['put', 'a', '1', '-w', form],
      ['put', 'a', '2', '--prev-kv', '-w', form],
      ['get', 'a', '-w', form],
      ['get', '--prefix', '', '-w', form],
      ['del', 'a', '--prev-kv', '-w', form],
      { args: ['txn', '-w', form], input: 'version("b") = "0"\n\nput b 1\nget b\n\nget b\n\n' },
      { args: ['txn', '-w', form], input: 'version("b") = "0"\n\nput b 1\n\nget b\ndel b\n\n' },
      { args: ['lease', 'list', '-w', form], compare: 'end' },
      { args: ['endpoint', 'health', '-w', form], compare: form === 'table' ? 'end' : 'output' },
      { args: ['endpoint', 'status', '-w', form], compare: 'end', shows: /→ 0\n.*3\.6\.\d+/s },
      { args: ['endpoint', 'hashkv', '-w', form], compare: 'end' },
      { args: ['member', 'list', '-w', form], compare: 'end', shows: /→ 0\n/ },
      { args: ['alarm', 'list', '-w', form] },
      { args: ['user', 'list', '-w', form] },
      { args: ['role', 'list', '-w', form] },
      { args: ['compaction', '1', '-w', form], compare: 'end' },
    ]);
  }

  script('-w protobuf', [
    { args: ['put', 'a', '1', '-w', 'protobuf'], compare: 'end' },
    { args: ['get', 'a', '-w', 'protobuf'], compare: 'end', shows: /→ 0\n.*a/s },
  ]);

  script('leases', [
    ['lease', 'grant', '600'],
    ['put', 'a', '1', '--lease=LEASE'],
    ...['simple', 'json', 'fields'].map((form) => ['lease', 'timetolive', 'LEASE', '--keys', '-w', form]),
    { args: ['lease', 'keep-alive', 'LEASE'], untilLines: 1 },
    ['lease', 'revoke', 'LEASE', '-w', 'json'],
    ['lease', 'grant', '0'],
    ['lease', 'grant', '9000000001'],
  ]);
});

describe('locks and elections', () => {
  script('a lock for a command', [
    { args: ['lock', 'place', 'echo', 'held'], shows: /held/ },
    { args: ['lock', 'place', '--ttl', '10', 'sh', '--', '-c', 'exit 3'], compare: 'end' },
    { args: ['lock', 'place'], untilLines: 1, shows: /place\/[0-9a-f]+/ },
  ]);

  script('a candidate, and who watches', [
    { args: ['elect', 'post', 'first'], untilLines: 2, shows: /post\/[0-9a-f]+\nfirst/ },
    { args: ['elect', 'post', '-l'], untilLines: 2, shows: /post\/[0-9a-f]+\nfirst/ },
  ]);

  test('two at once: one after the other', async ({ skip }) => {
    for (const { path: program } of programs) {
      const { address } = pair.ours().server;
      const command = ['lock', 'shared', 'sh', '--', '-c', `echo in >>"$0"; sleep 0.2; echo out >>"$0"`];
      const file = join(folder, `shared-${programs.findIndex(({ path }) => path === program)}`);
      const run = () => etcdctl(address, [...command, file], { program });
      const results = await Promise.all([run(), run(), run()]);
      expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
      expect(await readFile(file, 'utf8')).toBe('in\nout\n'.repeat(3));
    }
    if (programs.length === 0) return skip(etcdctlAbsence);
  });
});

describe('watches', () => {
  script('for a command, and asked for line by line', [
    ['put', 'w', '1'],
    { args: ['watch', 'w', '--rev=1', '--', 'echo', 'seen'], untilLines: 1, compare: 'end' },
    { args: ['watch', '-i'], input: 'watch w --rev=1\n', untilLines: 3, compare: 'end' },
    { args: ['watch', 'w', '--rev=1', '-w', 'fields'], untilLines: 3, compare: 'end' },
    { args: ['watch', 'w', '--rev=1', '-w', 'json'], untilLines: 1, compare: 'end' },
  ]);
});

describe('maintenance', () => {
  script('defragmentation, alarms, hashes', [
    ['put', 'a', '1'],
    ['defrag'],
    ['alarm', 'list'],
    ['alarm', 'disarm'],
    { args: ['endpoint', 'hashkv'], compare: 'end', shows: /→ 0/ },
    { args: ['endpoint', 'health', '--cluster'], compare: 'end', shows: /is healthy/ },
    ['compaction', '1'],
  ]);

  script(
    'of all members',
    ['status', 'health', 'hashkv'].map((what) => ({
      args: ['endpoint', what, '--cluster'],
      compare: 'end' as const,
      shows: /→ 0/,
    })),
    { from: '3.6' },
  );

  script('the lead, moved to nobody', [['move-leader', 'abcdef'], ['move-leader', 'no id'], ['move-leader']]);

  script('a snapshot', [['put', 'a', '1'], { args: ['snapshot', 'save', 'FOLDER.db'], compare: 'end', shows: /→ 0/ }]);

  script(
    'downgrades',
    [
      { args: ['downgrade', 'validate', 'x.y'], compare: 'end' },
      { args: ['downgrade', 'validate', '3.2'], compare: 'end' },
    ],
    { from: '3.6' },
  );

  script('members, which are what runs', [
    { args: ['member', 'list'], compare: 'end', shows: /→ 0\n.*started/s },
    { args: ['member', 'update', 'abcdef', '--peer-urls=http://127.0.0.1:1'], compare: 'end' },
    { args: ['member', 'remove', 'abcdef'], compare: 'end' },
    { args: ['member', 'promote', 'abcdef'], compare: 'end' },
  ]);

  test('by addresses with a scheme, which older ones send as the name of the server', async ({ skip }) => {
    if (programs.length === 0) return skip(etcdctlAbsence);
    await pair.reset();
    for (const { path: program } of programs) {
      const address = `http://${pair.ours().server.address}`;
      const run = (...args: readonly string[]) => etcdctl(address, args, { program });
      expect(await run('put', 'a', '1')).toMatchObject({ exitCode: 0 });
      for (const args of [['endpoint', 'status'], ['endpoint', 'health'], ['endpoint', 'hashkv'], ['defrag']]) {
        const result = await run(...args);
        expect(result, result.stderr).toMatchObject({ exitCode: 0 });
      }
      expect(await run('endpoint', 'status', '--cluster')).toMatchObject({ exitCode: 0 });
      expect((await run('move-leader', 'abcdef')).stderr).toContain('bad leader transferee');
    }
  });

  test('what etcdctl saved, etcdctl reads and restores', async ({ skip }) => {
    const older = programs.find(({ version }) => version.startsWith('3.4.'));
    if (older === undefined) return skip('etcdctl restores until 3.5');
    await pair.reset();
    const { address } = pair.ours().server;
    const file = join(folder, 'saved.db');
    const run = (...args: readonly string[]) => etcdctl(address, args, { program: older.path });
    for (const key of ['a', 'b', 'c']) await run('put', key, key);
    expect(await run('snapshot', 'save', file)).toMatchObject({ exitCode: 0 });
    const status = await run('snapshot', 'status', file, '-w', 'json');
    expect(status).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(status.stdout)).toMatchObject({ totalSize: expect.any(Number) as number });
    expect(await run('snapshot', 'status', file, '-w', 'table')).toMatchObject({ exitCode: 0 });
    const restored = await run('snapshot', 'restore', file, '--data-dir', join(folder, 'restored'));
    expect(restored, restored.stderr).toMatchObject({ exitCode: 0 });
  });

  test('a mirror, to a real etcd and from it', async ({ skip }) => {
    const theirs = pair.references().at(-1);
    const program = programs.at(-1)?.path;
    if (theirs === undefined || program === undefined) return skip(etcdctlAbsence);
    const addresses = [pair.ours().server.address, theirs.server.address] as const;
    for (const [from, to] of [addresses, [addresses[1], addresses[0]] as const]) {
      await pair.reset();
      const run = (address: string, ...args: readonly string[]) => etcdctl(address, args, { program });
      await run(from, 'put', 'm/before', '1');
      const has = async (key: string, value: string): Promise<void> => {
        while ((await run(to, 'get', key)).stdout !== value) await new Promise((resolve) => setTimeout(resolve, 50));
      };
      const changed = (async () => {
        await has('m/before', 'm/before\n1\n');
        await run(from, 'put', 'm/later', '2');
        await has('m/later', 'm/later\n2\n');
        await run(from, 'del', 'm/before');
        await has('m/before', '');
      })();
      await etcdctl(from, ['make-mirror', to, '--prefix', 'm/'], { program, until: changed });
      await changed;
    }
  });
});

describe('users and roles', () => {
  const as = (user: string, ...args: readonly string[]) => [...args, '--user', user];
  script('from the first to the last', [
    ['auth', 'enable'],
    ['role', 'add', 'reader'],
    ['role', 'add', 'reader'],
    ['role', 'grant-permission', 'reader', 'read', 'a/', '--prefix'],
    ['role', 'grant-permission', 'reader', 'readwrite', 'b', 'c'],
    ['role', 'grant-permission', 'reader', 'write', 'z', '--from-key'],
    ['role', 'get', 'reader'],
    ['role', 'get', 'reader', '-w', 'json'],
    ['role', 'get', 'none'],
    { args: ['user', 'add', 'root', '--interactive=false'], input: 'secret\n' },
    { args: ['user', 'add', 'somebody:word'] },
    { args: ['user', 'add', 'nobody', '--no-password'] },
    ['user', 'add', 'somebody:word'],
    ['user', 'grant-role', 'root', 'root'],
    ['user', 'grant-role', 'somebody', 'reader'],
    ['user', 'grant-role', 'somebody', 'none'],
    ['user', 'get', 'somebody'],
    ['user', 'get', 'somebody', '--detail'],
    ['user', 'get', 'none'],
    ['user', 'list'],
    ['role', 'list'],
    ['auth', 'enable'],
    { args: ['get', 'a/1'], compare: 'end' },
    as('root:secret', 'put', 'a/1', '1'),
    as('somebody:word', 'get', 'a/1'),
    { args: as('somebody:word', 'put', 'a/1', '2'), compare: 'end', shows: /permission denied/ },
    as('somebody:word', 'put', 'b', '2'),
    as('somebody:word', 'put', 'zz', '2'),
    { args: as('somebody:wrong', 'get', 'a/1'), compare: 'end', shows: /authentication failed/ },
    { args: as('somebody:word', 'user', 'list'), compare: 'end', shows: /permission denied/ },
    { args: as('root:secret', 'user', 'passwd', 'somebody', '--interactive=false'), input: 'new\n' },
    { args: as('somebody:word', 'get', 'a/1'), compare: 'end' },
    as('somebody:new', 'get', 'a/1'),
    as('root:secret', 'role', 'revoke-permission', 'reader', 'a/', '--prefix'),
    { args: as('somebody:new', 'get', 'a/1'), compare: 'end' },
    as('root:secret', 'user', 'revoke-role', 'somebody', 'reader'),
    { args: as('root:secret', 'user', 'delete', 'root'), compare: 'end' },
    as('root:secret', 'auth', 'disable'),
    ['auth', 'disable'],
    ...['somebody', 'nobody', 'root'].map((user) => ['user', 'delete', user]),
    ['role', 'delete', 'reader'],
    ['role', 'delete', 'root'],
    ['role', 'list'],
    ['user', 'list'],
  ]);

  script('whether they count', [['auth', 'status']], { from: '3.6' });
});

describe('checks', () => {
  // `check perf` takes a minute whatever the server does, and asks for a rate: it is run by hand.
  test('how much memory ten thousand keys take', async ({ skip, onTestFinished }) => {
    const program = programs.at(-1)?.path;
    if (program === undefined) return skip(etcdctlAbsence);
    // Of its own: others would have to get to its revision for the next case.
    const { address, stop } = await startT4Process();
    onTestFinished(stop);
    const checked = await etcdctl(address, ['check', 'datascale', '--load=s'], { program, timeoutMs: 240_000 });
    expect(checked.stdout + checked.stderr).toMatch(/PASS: Approximate system memory used : [\d.]+ MB/);
    expect((await etcdctl(address, ['get', '--prefix', '', '--keys-only'], { program })).stdout).toBe('');
  });
});

describe('the rest', () => {
  script('what a shell completes', [{ args: ['completion', 'bash'], compare: 'end', shows: /→ 0\n/ }]);

  script('versions, and wrong usage', [
    { args: ['version'] },
    { args: ['put'] },
    { args: ['get', 'a', 'b', 'c'] },
    { args: ['frobnicate'], compare: 'end' },
  ]);
});
