import { Etcd3, EtcdLeaseInvalidError, EtcdLockFailedError, type IKeyValue, Range, type Watcher } from 'etcd3';
import { afterEach, describe, expect, test, type TestContext } from 'vitest';
import { openLink } from './harness/link.ts';
import { type Side, usePair } from './harness/pair.ts';
import { etcdAbsence } from './harness/real-etcd.ts';
import { startT4Process } from './harness/t4-process.ts';

/** The client that most Node programs use, as it comes. The same expectations hold for a real etcd: that proves the expectations. */
const pair = usePair(startT4Process);
const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function clientOf(address: string): Etcd3 {
  const client = new Etcd3({ hosts: `http://${address}` });
  closers.push(() => client.close());
  return client;
}

describe.each(['this server', 'a real etcd'])('%s', (which) => {
  const sideOf = async (context: TestContext): Promise<Side> => {
    const side = which === 'this server' ? pair.ours() : pair.theirs();
    if (side === undefined) return context.skip(etcdAbsence);
    await pair.reset();
    return side;
  };

  test('puts, gets, ranges, sorts, deletes', async (context) => {
    const client = clientOf((await sideOf(context)).server.address);
    for (const [key, value] of Object.entries({ 'k/b': '2', 'k/a': '3', 'k/c': '1', other: 'x' })) {
      await client.put(key).value(value);
    }
    expect(await client.get('k/a').string()).toBe('3');
    expect(await client.get('none').string()).toBeNull();
    expect(await client.get('k/b').number()).toBe(2);
    expect(await client.get('k/b').exists()).toBe(true);
    const prefixed = () => client.getAll().prefix('k/');
    expect(await prefixed().strings()).toEqual({ 'k/a': '3', 'k/b': '2', 'k/c': '1' });
    expect(await prefixed().sort('Value', 'Ascend').keys()).toEqual(['k/c', 'k/b', 'k/a']);
    expect(await prefixed().sort('Create', 'Descend').limit(2).keys()).toEqual(['k/c', 'k/a']);
    expect(await prefixed().count()).toBe(3);
    expect(await client.getAll().inRange({ start: 'k/a', end: 'k/c' }).keys()).toEqual(['k/a', 'k/b']);
    const { header } = await client.get('k/a').exec();
    await client.put('k/a').value('changed');
    expect(await client.get('k/a').revision(header.revision).string()).toBe('3');
    expect((await client.put('k/a').value('again').getPrevious())?.value.toString()).toBe('changed');
    expect((await client.delete().key('k/a').exec()).deleted).toBe('1');
    expect((await client.delete().prefix('k/').exec()).deleted).toBe('2');
    expect(await client.getAll().keys()).toEqual(['other']);
  });

  test('errors have their classes', async (context) => {
    const client = clientOf((await sideOf(context)).server.address);
    await expect(client.put('a').value('1').lease('404').exec()).rejects.toThrow(EtcdLeaseInvalidError);
    await expect(client.get('a').revision('1000000').exec()).rejects.toThrow(/future revision/);
    await expect(client.put('').value('1').exec()).rejects.toThrow(/key is not provided/);
  });

  test('transactions', async (context) => {
    const client = clientOf((await sideOf(context)).server.address);
    const create = () =>
      client.if('a', 'Create', '==', 0).then(client.put('a').value('mine')).else(client.get('a')).commit();
    expect((await create()).succeeded).toBe(true);
    const second = await create();
    expect(second.succeeded).toBe(false);
    expect(second.responses[0]?.response_range?.kvs[0]?.value.toString()).toBe('mine');
    const { succeeded } = await client
      .if('a', 'Value', '==', 'mine')
      .and('a', 'Version', '<', 2)
      .and('b', 'Mod', '==', 0)
      .then(client.delete().key('a'), client.put('b').value('2'))
      .commit();
    expect(succeeded).toBe(true);
    expect(await client.getAll().strings()).toEqual({ b: '2' });
  });

  test('a watch goes on where it was when its connection is cut', async (context) => {
    const { server } = await sideOf(context);
    const link = await openLink(server.address);
    closers.push(() => link.close());
    const direct = clientOf(server.address);
    const watcher = await clientOf(link.address).watch().prefix('w/').withPreviousKV().create();
    const seen = record(watcher);
    await direct.put('w/a').value('1');
    await seen.until(1);
    for (let round = 0; round < 3; round++) {
      link.cut();
      await direct.put('w/a').value(`while away ${round}`);
      await direct.put('other').value('not watched');
      await direct.delete().key('w/a');
      await direct.put('w/b').value(`back ${round}`);
      await seen.until(4 + 3 * round);
    }
    expect(seen.events).toEqual([
      'put w/a=1 was nothing',
      'put w/a=while away 0 was 1',
      'delete w/a was while away 0',
      'put w/b=back 0 was nothing',
      'put w/a=while away 1 was nothing',
      'delete w/a was while away 1',
      'put w/b=back 1 was back 0',
      'put w/a=while away 2 was nothing',
      'delete w/a was while away 2',
      'put w/b=back 2 was back 1',
    ]);
    await watcher.cancel();
  });

  test('a watch from the past', async (context) => {
    const client = clientOf((await sideOf(context)).server.address);
    const { header } = await client.put('w/a').value('1').exec();
    await client.put('w/a').value('2');
    await client.delete().key('w/a');
    const watcher = await client.watch().prefix('w/').startRevision(header.revision).create();
    const seen = record(watcher);
    await seen.until(3);
    expect(seen.events).toEqual(['put w/a=1 was nothing', 'put w/a=2 was nothing', 'delete w/a was nothing']);
    await watcher.cancel();
  });

  test('a lease is kept alive past its time, and its keys go with it', async (context) => {
    const client = clientOf((await sideOf(context)).server.address);
    const lease = client.lease(2);
    let kept = 0;
    const keptPastItsTime = new Promise<void>((resolve, reject) => {
      lease.on('lost', reject);
      lease.on('keepaliveSucceeded', () => {
        kept += 1;
        if (kept === 4) resolve();
      });
    });
    await lease.put('l').value('1');
    await keptPastItsTime;
    expect(await client.get('l').string()).toBe('1');
    await lease.revoke();
    expect(await client.get('l').string()).toBeNull();
  });

  test('a lock has one holder', async (context) => {
    const { server } = await sideOf(context);
    const clients = [clientOf(server.address), clientOf(server.address)];
    const lock = clients[0]!.lock('resource').ttl(10);
    await lock.acquire();
    await expect(clients[1]!.lock('resource').acquire()).rejects.toThrow(EtcdLockFailedError);
    await lock.release();
    let inside = 0;
    const work = async (client: Etcd3) => {
      const mine = client.lock('resource').ttl(10);
      for (;;) {
        const isHeld = await mine.acquire().then(
          () => true,
          () => false,
        );
        if (isHeld) break;
      }
      inside += 1;
      expect(inside).toBe(1);
      await client.put('held').value('1');
      inside -= 1;
      await mine.release();
    };
    await Promise.all(clients.map(work));
  });

  test('an election has one leader, and the next one follows', async (context) => {
    const { server } = await sideOf(context);
    const [first, second] = [clientOf(server.address), clientOf(server.address)];
    const elections = [first, second].map((client) => client.election('post', 10));
    const campaign = elections[0]!.campaign('first');
    await new Promise<void>((resolve, reject) => campaign.on('elected', () => resolve()).on('error', reject));
    expect(await elections[1]!.leader()).toBe('first');
    const next = elections[1]!.campaign('second');
    const isElected = new Promise<void>((resolve, reject) => next.on('elected', () => resolve()).on('error', reject));
    await campaign.resign();
    await isElected;
    expect(await elections[0]!.leader()).toBe('second');
    await next.resign();
    expect(await elections[0]!.leader()).toBeUndefined();
  });

  test('a namespace is a store of its own', async (context) => {
    const client = clientOf((await sideOf(context)).server.address);
    const inner = client.namespace('n/');
    await client.put('a').value('outside');
    await inner.put('a').value('inside');
    await inner.put('b').value('2');
    expect(await inner.get('a').string()).toBe('inside');
    expect(await inner.getAll().strings()).toEqual({ a: 'inside', b: '2' });
    expect(await client.getAll().keys()).toEqual(['a', 'n/a', 'n/b']);
    const watcher = await inner.watch().prefix('').create();
    const seen = record(watcher);
    await client.put('other').value('1');
    await inner.put('c').value('3');
    await seen.until(1);
    expect(seen.events).toEqual(['put c=3 was nothing']);
    await watcher.cancel();
    expect((await inner.if('a', 'Value', '==', 'inside').then(inner.delete().key('a')).commit()).succeeded).toBe(true);
    expect((await inner.delete().all()).deleted).toBe('2');
    expect(await client.getAll().keys()).toEqual(['a', 'other']);
  });

  test('a lease that ends elsewhere is told to be lost', async (context) => {
    const client = clientOf((await sideOf(context)).server.address);
    const lease = client.lease(2);
    const id = await lease.grant();
    const lost = new Promise<Error>((resolve) => lease.on('lost', resolve));
    await client.leaseClient.leaseRevoke({ ID: id });
    expect(await lost).toBeInstanceOf(EtcdLeaseInvalidError);
    expect(await client.get('l').string()).toBeNull();
  });

  test('users and roles; who was logged in before goes on after a change of password elsewhere', async (context) => {
    const { server } = await sideOf(context);
    const root = clientOf(server.address);
    const login = { hosts: `http://${server.address}`, auth: { username: 'root', password: 'secret' } };
    await root.user('root').create('secret');
    await root.role('root').create();
    await root.user('root').addRole('root');
    await root.role('reader').create();
    await root.role('reader').grant({ permission: 'Read', range: Range.prefix('r/') });
    await root.auth.authEnable();
    const admin = new Etcd3(login);
    closers.push(() => admin.close());
    try {
      await admin.put('r/a').value('1');
      await admin.user('somebody').create('word');
      await admin.user('somebody').addRole('reader');
      const somebody = new Etcd3({ ...login, auth: { username: 'somebody', password: 'word' } });
      closers.push(() => somebody.close());
      expect(await somebody.get('r/a').string()).toBe('1');
      await expect(somebody.put('r/a').value('2').exec()).rejects.toThrow(/permission denied/);
      await expect(somebody.get('other').string()).rejects.toThrow(/permission denied/);
      await expect(root.get('r/a').string()).rejects.toThrow(/user name is empty/);
      const wrong = new Etcd3({ ...login, auth: { username: 'somebody', password: 'wrong' } });
      closers.push(() => wrong.close());
      await expect(wrong.get('r/a').string()).rejects.toThrow(/authentication failed/);
      // Its token is void from now on: the client logs in again by itself.
      await admin.auth.userChangePassword({ name: 'somebody', password: 'word' });
      expect(await somebody.get('r/a').string()).toBe('1');
      expect((await admin.getUsers()).map(({ name }) => name).sort()).toEqual(['root', 'somebody']);
      expect((await admin.getRoles()).map(({ name }) => name).sort()).toEqual(['reader', 'root']);
    } finally {
      await admin.auth.authDisable();
      for (const user of ['somebody', 'root']) await root.user(user).delete();
      for (const role of ['reader', 'root']) await root.role(role).delete();
    }
  });

  test('software transactional memory: every increment counts', async (context) => {
    const { server } = await sideOf(context);
    const clients = Array.from({ length: 4 }, () => clientOf(server.address));
    await clients[0]!.put('counter').value(0);
    const add = (client: Etcd3) =>
      client.stm({ retries: 1_000, isolation: 1 }).transact(async (transaction) => {
        const count = await transaction.get('counter').number();
        await transaction.put('counter').value((count ?? 0) + 1);
      });
    await Promise.all(
      clients.map(async (client) => {
        for (let round = 0; round < 5; round++) await add(client);
      }),
    );
    expect(await clients[0]!.get('counter').number()).toBe(20);
  });
});

interface Seen {
  readonly events: readonly string[];
  until(count: number): Promise<void>;
}

function record(watcher: Watcher): Seen {
  const events: string[] = [];
  let look = () => undefined as void;
  const note = (words: string, { key, value }: IKeyValue, previous: IKeyValue | undefined) => {
    const now = words === 'put' ? `${key.toString()}=${value.toString()}` : key.toString();
    events.push(`${words} ${now} was ${previous?.value.toString() ?? 'nothing'}`);
    look();
  };
  watcher.on('put', (kv, previous) => note('put', kv, previous));
  watcher.on('delete', (kv, previous) => note('delete', kv, previous));
  return {
    events,
    until: (count) =>
      new Promise((resolve) => {
        look = () => {
          if (events.length >= count) resolve();
        };
        look();
      }),
  };
}
