import { afterEach, beforeEach, expect, test } from 'vitest';
import { openObjectStore } from '../../src/adapters/open-store.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';
import type { ServerUnderTest } from '../conformance/harness/server-under-test.ts';
import { startT4InProcess } from '../conformance/harness/t4-in-process.ts';
import { connect, refusal, type EtcdClient } from './etcd-client.ts';

/** Two real nodes behind real servers, on one store: what clients see of both. */

interface Member {
  readonly id: string;
  readonly server: ServerUnderTest;
  readonly client: EtcdClient;
}

let store: ObjectStore;
const members: Member[] = [];
const deposed = /no longer leader/;

beforeEach(async () => {
  store = await openObjectStore('memory:');
});

afterEach(async () => {
  for (const { server, client } of members.splice(0)) {
    client.close();
    await server.stop();
  }
});

async function start(memberId: bigint, name: string, isLeader: boolean): Promise<Member> {
  const clientUrls = [`http://${name}.example:2379`];
  const node = { store, memberId, name, clientUrls, memberIntervalMs: 300, leaseMs: 1_000 };
  const server = await startT4InProcess({ node, expects: deposed, waits: isLeader });
  const member = { id: String(memberId), server, client: await connect(server.address) };
  members.push(member);
  return member;
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const givenUpMs = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > givenUpMs) throw new Error(`${what}: never`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function list({ client }: Member): Promise<string[]> {
  const { members: listed } = await client.call('Cluster/MemberList', { linearizable: true });
  return listed.map(({ ID, name, clientURLs }: { ID: string; name: string; clientURLs: string[] }) =>
    [ID, name, ...clientURLs].join(' '),
  );
}

test('both are in the list of both; the lead is moved to the other; one that stops is listed no more', async () => {
  const one = await start(1n, 'one', true);
  const two = await start(2n, 'two', false);
  const all = ['1 one http://one.example:2379', '2 two http://two.example:2379'];
  for (const member of [one, two])
    await until('both are listed', async () => (await list(member).catch(() => [])).join() === all.join());
  expect((await two.client.call('Maintenance/Status', {})).leader).toBe('1');
  expect(await refusal(two.client.call('Maintenance/MoveLeader', { targetID: '2' }))).toBe('9 etcdserver: not leader');
  expect(await refusal(one.client.call('Maintenance/MoveLeader', { targetID: '3' }))).toBe(
    '9 etcdserver: bad leader transferee',
  );

  await one.client.call('KV/Put', { key: Buffer.from('key'), value: Buffer.from('before') });
  await one.client.call('Maintenance/MoveLeader', { targetID: '2' });
  await until('the other serves', async () => (await two.client.call('Maintenance/Status', {})).leader === '2');
  const { kvs } = await two.client.call('KV/Range', { key: Buffer.from('key') });
  expect(kvs[0].value.toString()).toBe('before');
  await two.client.call('KV/Put', { key: Buffer.from('key'), value: Buffer.from('after') });
  expect(await refusal(one.client.call('KV/Put', { key: Buffer.from('key') }))).toMatch(
    /^14 (etcdserver: |there is no connection available)/,
  );
  await until('the former leader knows', async () => (await one.client.call('Maintenance/Status', {})).leader === '2');

  const [gone] = members.splice(members.indexOf(one), 1);
  gone!.client.close();
  await gone!.server.stop();
  await until('it is listed no more', async () => (await list(two)).join() === all[1]);
});
