import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { freePorts } from '../conformance/harness/server-process.ts';
import { connect } from '../server/etcd-client.ts';
import { startT4, type Running } from './spawn-t4.ts';

/** `t4 etcd` as whoever starts an etcd starts it: flags, and waiting for its lines. */

const running: Running[] = [];

afterEach(async () => {
  for (const { child, finished } of running.splice(0)) {
    child.kill('SIGKILL');
    await finished;
  }
});

function start(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Running {
  const started = startT4(['etcd', ...args], environment);
  running.push(started);
  return started;
}

describe('t4 etcd', () => {
  it('serves under etcd’s flags, prints etcd’s lines, and finds its data again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 't4-etcd-'));
    const [clientPort, peerPort] = await freePorts(2);
    const url = `http://127.0.0.1:${clientPort}`;
    const args = [
      `--data-dir=${folder}/data`,
      ...['--listen-client-urls', url, '--advertise-client-urls', url],
      ...['--listen-peer-urls', `http://127.0.0.1:${peerPort}`],
      ...['--initial-cluster', `one=http://127.0.0.1:${peerPort}`],
      ...['-max-txn-ops', '2', '--snapshot-count', '100', '--log-level', 'info'],
    ];
    const first = start(args, { ETCD_NAME: 'one' });
    await first.logged('ready to serve client requests');
    expect(await first.logged('serving client traffic insecurely; this is strongly discouraged!')).toMatchObject({
      level: 'info',
      ts: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      traffic: 'grpc+http',
      address: `127.0.0.1:${clientPort}`,
    });
    expect(readdirSync(join(folder, 'data')).sort()).toEqual(['node', 'store']);

    const client = await connect(`127.0.0.1:${clientPort}`);
    await client.call('KV/Put', { key: Buffer.from('key'), value: Buffer.from('value') });
    const { members } = await client.call('Cluster/MemberList', {});
    expect(members).toMatchObject([{ name: 'one', clientURLs: [url] }]);
    const puts = ['a', 'b', 'c'].map((key) => ({ request_put: { key: Buffer.from(key) } }));
    await expect(client.call('KV/Txn', { success: puts })).rejects.toThrow('too many operations in txn request');
    client.close();
    first.child.kill('SIGTERM');
    const { code, out, error } = await first.finished;
    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(error).toContain('"flag":"snapshot-count"');

    const second = start(args, { ETCD_NAME: 'one' });
    await second.logged('ready to serve client requests');
    const again = await connect(`127.0.0.1:${clientPort}`);
    const { kvs } = await again.call('KV/Range', { key: Buffer.from('key') });
    expect(kvs[0].value.toString()).toBe('value');
    expect((await again.call('Cluster/MemberList', {})).members[0].ID).toBe(members[0].ID);
    again.close();
  });

  it('ends at once, with its reason, where it is told what makes no sense', async () => {
    const { finished } = start(['--name', 'a', '--initial-cluster', 'a=http://h:1,b=http://h:2'], {
      ETCD_MAX_WALS: '3',
    });
    const { code, error } = await finished;
    expect(code).toBe(1);
    expect(error).toContain('"msg":"failed to verify flags"');
    expect(error).toContain('--initial-cluster names 2 members, and nothing says what they share');
  });
});
