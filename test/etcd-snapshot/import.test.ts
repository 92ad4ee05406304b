import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AuthDefinition } from '../../src/server/generated/etcdserverpb/auth.ts';
import { KVDefinition } from '../../src/server/generated/etcdserverpb/kv.ts';
import { deleteOf, putOf, rangeOf } from '../conformance/harness/message.ts';
import { connectRaw, type RawClient } from '../conformance/harness/raw-client.ts';
import { freePorts } from '../conformance/harness/server-process.ts';
import { runCommand } from '../support/run-command.ts';
import { newEtcd, oldEtcd, restoreInto, runEtcd, tool, type EtcdFound, type EtcdRelease } from './etcd-on.ts';
import { stateOf, untilSame, type EtcdState } from './etcd-state.ts';
import { liveSome } from './some-life.ts';
import { runT4On } from './t4-on.ts';

/** What an etcd of each kind gives out, in T4, and from there in an etcd again. */

const buildTimeoutMs = 45 * 60_000;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'import-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

type CleanUp = (clean: () => Promise<void> | void) => void;

async function liveEtcd(release: EtcdRelease, own: string, onTestFinished: CleanUp) {
  const etcd = await runEtcd(release, join(own, 'etcd'), await freePorts(2));
  onTestFinished(() => etcd.stop());
  const client = connectRaw(etcd.address);
  onTestFinished(() => client.close());
  await liveSome(client);
  return { etcd, client };
}

/** Passwords came along. */
async function logIn(client: RawClient): Promise<void> {
  await client.call(AuthDefinition, 'authEnable', {});
  const { token } = await client.call(AuthDefinition, 'authenticate', { name: 'alice', password: 'wonder' });
  const mine = client.call(KVDefinition, 'range', rangeOf({ key: 'key-3' }), { metadata: { token } });
  expect((await mine).kvs).toHaveLength(1);
  const others = client.call(KVDefinition, 'range', rangeOf({ key: 'txn-a' }), { metadata: { token } });
  await expect(others).rejects.toMatchObject({ details: 'etcdserver: permission denied' });
  const root = await client.call(AuthDefinition, 'authenticate', { name: 'root', password: 'secret' });
  await client.call(AuthDefinition, 'authDisable', {}, { metadata: { token: root.token } });
}

/** The newest, and what is above the compaction: of the compacted revision itself not every release tells. */
async function newestOf(client: RawClient): Promise<EtcdState> {
  return stateOf(client);
}

const releases: readonly (readonly [string, () => EtcdFound | Promise<EtcdFound>])[] = [
  ['Debian’s etcd', oldEtcd],
  ['a newer etcd', newEtcd],
];

describe.each(releases)('%s', (name, find) => {
  test(
    'its snapshot is a database of the same content, which goes on',
    { timeout: buildTimeoutMs },
    async ({ skip, onTestFinished }) => {
      const release = await find();
      if ('absence' in release) return skip(release.absence);
      const own = await mkdtemp(join(folder, 'one-'));
      const { etcd, client } = await liveEtcd(release, own, onTestFinished);
      const wanted = await newestOf(client);
      const file = join(own, 'etcd.db');
      await tool(release.etcdctl, ['--endpoints', etcd.address, 'snapshot', 'save', file]);
      const store = `file:${join(own, 'store')}`;
      const imported = await runCommand(['import', '--from-snapshot', file, '--store', store, '--json']);
      expect(imported).toMatchObject({ code: 0 });
      expect(JSON.parse(imported.out)).toMatchObject({
        revision: wanted.revision,
        compactRevision: wanted.compactRevision,
        hash: wanted.hashes.at(-1),
        keys: wanted.keys.length,
        leases: wanted.leases.length,
        users: 3,
        roles: 1,
        leasesMissing: 0,
      });
      const t4 = await runT4On(store);
      const ours = connectRaw(t4.address);
      expect(await newestOf(ours)).toEqual(wanted);
      // It goes on where the other one was: both come to the same.
      for (const each of [client, ours]) {
        await each.call(KVDefinition, 'put', putOf({ key: 'key-3', value: 'after' }));
        await each.call(KVDefinition, 'deleteRange', deleteOf({ key: 'leased', rangeEnd: 'leasee' }));
      }
      const later = await newestOf(ours);
      expect(later.revision).toBe(wanted.revision + 2);
      await untilSame(client, later);
      await logIn(ours);
      ours.close();
      await t4.stop();

      // And back: from the object store alone.
      const exported = join(own, 'exported.db');
      expect(await runCommand(['export', '--store', store, '--output', exported])).toMatchObject({ code: 0 });
      const again = await restoreInto(release, exported, await mkdtemp(join(own, 'again-')));
      onTestFinished(() => again.stop());
      const third = connectRaw(again.address);
      onTestFinished(() => third.close());
      await untilSame(third, later);
      await logIn(third);
      // As it was when it was imported.
      const then = join(own, 'then.db');
      const atRevision = ['--at-revision', String(wanted.revision)];
      expect((await runCommand(['export', '--store', store, '--output', then, ...atRevision])).code).toBe(0);
      const second = join(own, 'second');
      const imports = ['import', '--from-snapshot', then, '--store', `file:${second}`, '--json'];
      expect(JSON.parse((await runCommand(imports)).out)).toMatchObject({
        revision: wanted.revision,
        hash: wanted.hashes.at(-1),
      });
      for (const database of [store, `file:${second}`]) {
        expect(await runCommand(['verify', database])).toMatchObject({ code: 0 });
      }
      expect(await runCommand(['drill', store])).toMatchObject({ code: 0 });
      const branch = ['branch', 'create', 'try', '--from', store, '--at-revision', String(wanted.revision)];
      expect(await runCommand(branch)).toMatchObject({ code: 0 });
    },
  );

  test(
    'is imported while it runs, and its hash is held against what was read',
    { timeout: buildTimeoutMs },
    async ({ skip, onTestFinished }) => {
      const release = await find();
      if ('absence' in release) return skip(release.absence);
      const own = await mkdtemp(join(folder, 'running-'));
      const { etcd, client } = await liveEtcd(release, own, onTestFinished);
      const from = ['import', '--from-endpoint', `http://${etcd.address}`, '--store', `file:${join(own, 'store')}`];
      const imported = await runCommand([...from, '--json']);
      expect(imported).toMatchObject({ code: 0 });
      const wanted = await newestOf(client);
      expect(JSON.parse(imported.out)).toMatchObject({
        revision: wanted.revision,
        hash: wanted.hashes.at(-1),
        isCompared: true,
        lost: null,
      });
      expect(await runCommand(from)).toMatchObject({
        code: 1,
        error: expect.stringMatching(/there is a database already in .*: manifest\n {4}an import makes a new one/),
      });
      // The file of a member that is stopped.
      await etcd.stop();
      const bare = [
        'import',
        '--from-snapshot',
        join(own, 'etcd/member/snap/db'),
        '--store',
        `file:${join(own, 'bare')}`,
      ];
      const second = await runCommand([...bare, '--json']);
      expect(second.code).toBe(0);
      expect(second.error).toMatch(/it ends with no hash: nothing vouches for the values in it/);
      expect(JSON.parse(second.out)).toMatchObject({ revision: wanted.revision, hash: wanted.hashes.at(-1) });
    },
  );

  test(
    'whoever may read every key and no more is given them',
    { timeout: buildTimeoutMs },
    async ({ skip, onTestFinished }) => {
      const release = await find();
      if ('absence' in release) return skip(release.absence);
      const own = await mkdtemp(join(folder, 'reader-'));
      const { etcd, client } = await liveEtcd(release, own, onTestFinished);
      const ctl = (...args: readonly string[]) => tool(release.etcdctl, ['--endpoints', etcd.address, ...args]);
      await ctl('user', 'add', 'reader:read');
      await ctl('role', 'add', 'reader');
      await ctl('role', 'grant-permission', 'reader', 'read', '--from-key', '');
      await ctl('user', 'grant-role', 'reader', 'reader');
      const wanted = await newestOf(client);
      await ctl('auth', 'enable');
      const password = join(own, 'password');
      await writeFile(password, 'read\n');
      const store = `file:${join(own, 'store')}`;
      const user = ['--user', 'reader', '--password-file', password];
      const imported = await runCommand([
        'import',
        '--from-endpoint',
        `http://${etcd.address}`,
        '--store',
        store,
        ...user,
      ]);
      expect(imported.code).toBe(0);
      expect(imported.error).toMatch(/gives this user no snapshot: keys are read one by one\. What is lost: history/);
      const t4 = await runT4On(store);
      const ours = connectRaw(t4.address);
      const { keys, leases, revision, compactRevision } = await stateOf(ours);
      expect({ keys, leases, revision, compactRevision }).toEqual({
        keys: wanted.keys,
        leases: wanted.leases,
        revision: wanted.revision,
        compactRevision: wanted.revision,
      });
      ours.close();
      await t4.stop();
      const wrong = ['import', '--from-endpoint', `http://${etcd.address}`, '--store', `file:${join(own, 'none')}`];
      expect(await runCommand(wrong)).toMatchObject({ code: 1, error: expect.stringContaining('user name is empty') });
    },
  );
});

describe('a file that is none, or is damaged', () => {
  let whole: Buffer;
  const imports = async (name: string, bytes: Uint8Array, ...more: readonly string[]) => {
    const file = join(folder, name);
    await writeFile(file, bytes);
    return runCommand(['import', '--from-snapshot', file, '--store', `file:${join(folder, `${name}-store`)}`, ...more]);
  };

  beforeAll(async () => {
    const t4 = await runT4On(`file:${join(folder, 'small')}`);
    const client = connectRaw(t4.address);
    await liveSome(client);
    client.close();
    const file = join(folder, 'small.db');
    await runCommand(['export', '--endpoint', `http://${t4.address}`, '--output', file]);
    await t4.stop();
    whole = await readFile(file);
  });

  test('is told, and no database is made', async () => {
    const flipped = Buffer.from(whole);
    flipped[flipped.length - 5_000]! ^= 1;
    expect(await imports('flipped.db', flipped)).toMatchObject({
      code: 1,
      out: '',
      error: expect.stringMatching(/flipped\.db: its SHA-256 is .* damaged or cut off\n {4}nothing was written/),
    });
    expect(await imports('text.db', Buffer.alloc(8_192, 'no'))).toMatchObject({
      code: 1,
      error: expect.stringMatching(/text\.db: page 0: no bbolt file: 0x6f6e6f6e where 0xed0cdaed should be/),
    });
    expect(await imports('cut.db', whole.subarray(0, 20_480))).toMatchObject({
      code: 1,
      error: expect.stringMatching(/cut\.db: the file is cut off: it has 20480 bytes/),
    });
    const store = `file:${join(folder, 'cut.db-store')}`;
    expect(await runCommand(['verify', store])).toMatchObject({ code: 1, error: expect.stringMatching(/no database/) });
    // What was refused is no obstacle.
    await writeFile(join(folder, 'whole.db'), whole);
    const again = ['import', '--from-snapshot', join(folder, 'whole.db'), '--store', store];
    expect(await runCommand(again)).toMatchObject({ code: 0 });
  });

  test('of which only the hash is wrong is taken by whoever says so', async () => {
    const flipped = Buffer.from(whole);
    flipped[flipped.length - 1]! ^= 1;
    const taken = await imports('last.db', flipped, '--skip-hash-check');
    expect(taken).toMatchObject({ code: 0, error: expect.stringMatching(/its hash is not checked/) });
  });
});

test('what makes no sense is refused before anything is read or written', async () => {
  const store = ['--store', `file:${join(folder, 'none')}`];
  const refused = async (argv: readonly string[], words: RegExp) =>
    expect(await runCommand(argv)).toMatchObject({ code: 2, out: '', error: expect.stringMatching(words) });
  const from = ['import', '--from-endpoint'];
  await refused(['import', ...store], /import from where\?/);
  await refused([...from, 'http://127.0.0.1:1', '--from-snapshot', 'x', ...store], /import from where\?/);
  await refused(['import', '--from-snapshot', join(folder, 'nowhere'), ...store], /no such file/);
  await refused([...from, 'ftp://x', ...store], /is no URL of an etcd/);
  await refused([...from, 'http://127.0.0.1:1', '--user', 'root', ...store], /which password\?/);
  await refused([...from, 'http://127.0.0.1:1', '--cacert', 'x', ...store], /no such file/);
  await refused(['export', ...store], /export to which file\?/);
  await refused(['export', '--output', folder, ...store], /is there already/);
  await refused(['export', '--output', join(folder, 'a/b'), ...store], /there is no folder/);
  const node = ['export', '--output', join(folder, 'new'), '--endpoint', 'http://127.0.0.1:1'];
  await refused([...node, '--at-revision', '5'], /newest revision alone/);
  expect(await runCommand(node)).toMatchObject({ code: 3, error: expect.stringMatching(/nobody answers on/) });
  expect((await runCommand([...from, 'http://127.0.0.1:1', ...store])).code).toBe(3);
});
