import { describe, expect, test } from 'vitest';
import { etcdctl, etcdctlAbsence, etcdctlVersion } from './harness/etcdctl.ts';
import { usePair } from './harness/pair.ts';
import { etcdAbsence } from './harness/real-etcd.ts';
import { startT4Process } from './harness/t4-process.ts';

const pair = usePair(startT4Process);

/** One command of a script: its arguments, what it reads, and after how many lines it is ended where it would go on. */
type Command =
  readonly string[] | { readonly args: readonly string[]; readonly input?: string; readonly untilLines?: number };

/** `LEASE` in arguments stands for the lease granted last; output as it is but for what two servers cannot agree on. */
async function run(address: string, commands: readonly Command[]): Promise<readonly string[]> {
  let lease = '';
  const outputs: string[] = [];
  for (const command of commands) {
    const { args, ...options } = 'args' in command ? command : { args: command };
    const given = args.map((arg) => arg.replace('LEASE', lease));
    const { exitCode, stdout, stderr } = await etcdctl(address, given, options);
    lease = /lease ([0-9a-f]+) granted/.exec(stdout)?.[1] ?? lease;
    const words = [stdout, stderr].map((text) => comparable(text, address, lease)).join('');
    outputs.push(`$ etcdctl ${args.join(' ')} → ${exitCode}\n${words}`);
  }
  return outputs;
}

function comparable(text: string, address: string, lease: string): string {
  return (
    text
      .replaceAll(address, 'ADDRESS')
      .replaceAll(lease === '' ? '\0none' : lease, 'LEASE')
      .replace(/"lease":\d+/g, '"lease":LEASE')
      .replace(/"(cluster_id|member_id|raft_term)":\d+/g, '"$1":N')
      .replace(/remaining\(\d+s\)/g, 'remaining(N)')
      // etcd keeps them in a Go map: in no order.
      .replace(
        /attached keys\(\[(.*?)\]\)/g,
        (_, keys: string) => `attached keys([${keys.split(' ').toSorted().join(' ')}])`,
      )
      .replace(/"ts":"[^"]*"/g, '"ts":T')
      .replace(/"target":"[^"]*"/g, '"target":T')
      .replace(/took = \S+/g, 'took = T')
  );
}

function script(name: string, commands: readonly Command[], expected: readonly RegExp[] = []): void {
  test(name, async ({ skip }) => {
    if (etcdctlVersion === undefined) return skip(etcdctlAbsence);
    await pair.reset();
    const ours = await run(pair.ours().server.address, commands);
    for (const words of expected) expect(ours.join('\n')).toMatch(words);
    expect(pair.ours().server.isAlive()).toBe(true);
    const theirs = pair.theirs();
    if (theirs !== undefined) expect(ours).toEqual(await run(theirs.server.address, commands));
    else if (expected.length === 0) skip(etcdAbsence);
  });
}

const putAll: readonly Command[] = [
  ['put', 'key/b', '2'],
  ['put', 'key/a', '1'],
  ['put', 'key/c', '3'],
  ['put', 'key/a', '10'],
];

describe('etcdctl', () => {
  script(
    'put and get',
    [
      ['put', 'a', 'one'],
      ['put', 'a', 'two', '--prev-kv'],
      ['get', 'a'],
      ['get', 'a', '-w', 'json'],
      ['get', 'a', '-w', 'fields', '--print-value-only'],
      ['get', 'none'],
      ['get', 'a', '--hex'],
      ['get', 'a', '--print-value-only'],
      ['get', ''],
      ['put', 'a', '--ignore-value'],
      ['put', 'none', '--ignore-value'],
    ],
    [/\$ etcdctl get a → 0\na\ntwo\n/],
  );

  script(
    'ranges',
    [
      ...putAll,
      ['get', '--prefix', 'key/'],
      ['get', '--prefix', 'key/', '--limit=2', '-w', 'json'],
      ['get', 'key/a', 'key/c'],
      ['get', '--from-key', 'key/b'],
      ['get', '--prefix', '', '--keys-only'],
      ['get', '--prefix', 'key/', '--count-only', '-w', 'fields'],
    ],
    [/get --prefix key\/ → 0\nkey\/a\n10\nkey\/b\n2\nkey\/c\n3\n/],
  );

  script(
    'every order by every target',
    [
      ...putAll,
      ...['CREATE', 'KEY', 'MODIFY', 'VALUE', 'VERSION'].flatMap((target) =>
        ['ASCEND', 'DESCEND'].map((order) => ['get', '--prefix', 'key/', '--sort-by', target, '--order', order]),
      ),
    ],
    [/--sort-by VALUE --order DESCEND → 0\nkey\/c\n3\nkey\/b\n2\nkey\/a\n10\n/],
  );

  script(
    'delete',
    [
      ...putAll,
      ['del', 'key/a', '--prev-kv'],
      ['del', 'none'],
      ['del', '--prefix', 'key/', '--prev-kv'],
      ['get', '--prefix', ''],
    ],
    [/del --prefix key\/ --prev-kv → 0\n2\nkey\/b\n2\nkey\/c\n3\n/],
  );

  script(
    'transactions',
    [
      ['put', 'a', 'one'],
      { args: ['txn', '-i'], input: 'value("a") = "one"\nmod("b") = "0"\n\nput a two\nget a\nput b new\n\nget a\n\n' },
      { args: ['txn', '-i'], input: 'version("a") > "9"\n\nput a never\n\nget --prefix ""\ndel a\n\n' },
      { args: ['txn'], input: 'create("a") > "0"\n\nget a\n\n\n' },
      { args: ['txn', '-w', 'json'], input: 'mod("b") > "0"\n\nput c 1\nget --prefix ""\n\n\n' },
      { args: ['txn'], input: '\nput d 1\nput d 2\n\n\n' },
      ['get', '--prefix', '', '-w', 'json'],
    ],
    [/SUCCESS\n\nOK\n\na\ntwo\n\nOK/, /FAILURE/],
  );

  script(
    'leases',
    [
      ['lease', 'grant', '600'],
      ['put', 'a', '1', '--lease=LEASE'],
      ['put', 'b', '1', '--lease=LEASE'],
      ['get', 'a', '-w', 'json'],
      ['lease', 'keep-alive', '--once', 'LEASE'],
      ['lease', 'timetolive', 'LEASE'],
      ['lease', 'timetolive', '--keys', 'LEASE'],
      ['lease', 'list'],
      ['lease', 'revoke', 'LEASE'],
      ['get', '--prefix', ''],
      ['lease', 'timetolive', 'LEASE'],
      ['lease', 'revoke', 'LEASE'],
      ['lease', 'keep-alive', '--once', 'LEASE'],
    ],
    [/attached keys\(\[a b\]\)/, /lease LEASE revoked/],
  );

  test('history, watches from the past, compaction', async ({ skip }) => {
    if (etcdctlVersion === undefined) return skip(etcdctlAbsence);
    const base = await pair.reset();
    const commands: readonly Command[] = [
      ['put', 'a', '1'],
      ['put', 'a', '2'],
      ['put', 'ab', '1'],
      ['del', 'a'],
      ['get', 'a', `--rev=${base + 1}`],
      ['get', '--prefix', 'a', `--rev=${base + 3}`],
      ['get', 'a', `--rev=${base + 100}`],
      { args: ['watch', 'a', '--prefix', `--rev=${base + 1}`, '--prev-kv'], untilLines: 15 },
      { args: ['watch', 'a', `--rev=${base + 2}`], untilLines: 6 },
      ['compaction', String(base + 3)],
      ['get', 'a', `--rev=${base + 1}`],
      ['get', '--prefix', 'a', `--rev=${base + 3}`],
      ['compaction', String(base + 3)],
      ['compaction', String(base + 100)],
      ['watch', 'a', `--rev=${base + 1}`],
      ['get', '--prefix', 'a', '-w', 'json'],
    ];
    const ours = await run(pair.ours().server.address, commands);
    expect(ours.join('\n')).toMatch(/PUT\na\n1\na\n2\nPUT\n\nab\n1|PUT\n\n?a\n1\n/);
    expect(ours.join('\n')).toMatch(/compacted revision \d+\n/);
    const theirs = pair.theirs();
    if (theirs !== undefined) expect(ours).toEqual(await run(theirs.server.address, commands));
  });

  test('endpoints and members', async ({ skip }) => {
    if (etcdctlVersion === undefined) return skip(etcdctlAbsence);
    const { address } = pair.ours().server;
    const json = async (...args: readonly string[]): Promise<unknown> => {
      const { exitCode, stdout, stderr } = await etcdctl(address, [...args, '-w', 'json']);
      expect(exitCode, stderr).toBe(0);
      return JSON.parse(stdout);
    };
    await etcdctl(address, ['put', 'a', '1']);
    const number = expect.any(Number) as number;
    expect(await json('endpoint', 'status')).toEqual([
      {
        Endpoint: address,
        Status: {
          header: { cluster_id: number, member_id: number, revision: number, raft_term: number },
          version: expect.stringMatching(/^3\.6\.\d+$/) as string,
          dbSize: number,
          leader: number,
          raftIndex: number,
          raftTerm: number,
          raftAppliedIndex: number,
          dbSizeInUse: number,
        },
      },
    ]);
    expect(await json('endpoint', 'health')).toEqual([
      { endpoint: address, health: true, took: expect.any(String) as string },
    ]);
    expect(await json('member', 'list')).toEqual({
      header: { cluster_id: number, member_id: number, raft_term: number },
      members: [{ ID: number, name: expect.any(String) as string, clientURLs: [`http://${address}`] }],
    });
    for (const args of [
      ['endpoint', 'status', '-w', 'table'],
      ['member', 'list', '-w', 'table'],
      ['endpoint', 'health'],
    ]) {
      expect(await etcdctl(address, args)).toMatchObject({ exitCode: 0 });
    }
  });
});
