import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clientErrors } from '../../src/core/types/error.ts';
import { DatabaseError } from '../../src/host/database.ts';
import { ended, messages, refusal } from './etcd-client.ts';
import { clusterIdText, leader, leadingStatus, memberIdText } from './fake-database.ts';
import { serve, type Served } from './harness.ts';

let served: Served;

beforeEach(async () => {
  served = await serve();
});

afterEach(() => served.stop());

const header = { cluster_id: clusterIdText, member_id: memberIdText, revision: '41', raft_term: '7' };

describe('Lease', () => {
  test('grants, revokes, tells and lists with every field', async () => {
    const { client, database } = served;
    database.answer('lease-grant', { kind: 'lease-grant', id: -9n, ttlSeconds: 60 });
    database.answer('lease-revoke', { kind: 'lease-revoke' });
    database.answer('lease-time-to-live', {
      kind: 'lease-time-to-live',
      id: -9n,
      ttlSeconds: -1,
      grantedTtlSeconds: 60,
      keys: ['a\xff', 'b'],
    });
    database.answer('lease-leases', { kind: 'lease-leases', ids: [3n, -9n] });
    expect(await client.call('Lease/LeaseGrant', { ID: '-9', TTL: '9223372036854775807' })).toMatchObject({
      header,
      ID: '-9',
      TTL: '60',
    });
    expect(await client.call('Lease/LeaseRevoke', { ID: '-9' })).toMatchObject({ header });
    expect(await client.call('Lease/LeaseTimeToLive', { ID: '-9', keys: true })).toMatchObject({
      header,
      ID: '-9',
      TTL: '-1',
      grantedTTL: '60',
      keys: [Buffer.from('a\xff', 'latin1'), Buffer.from('b')],
    });
    expect(await client.call('Lease/LeaseLeases', {})).toMatchObject({ header, leases: [{ ID: '3' }, { ID: '-9' }] });
    expect(database.requests).toEqual([
      { kind: 'lease-grant', id: -9n, ttlSeconds: 2 ** 53 },
      { kind: 'lease-revoke', id: -9n },
      { kind: 'lease-time-to-live', id: -9n, keys: true },
      { kind: 'lease-leases' },
    ]);
  });

  test('keep-alives are answered in order, and the stream ends with the client’s side', async () => {
    const { client, database } = served;
    database.answer('lease-keep-alive', async ({ id }) => {
      if (id === 1n) await new Promise((resolve) => setImmediate(resolve));
      return { kind: 'lease-keep-alive', id, ttlSeconds: id === 3n ? 0 : 60 };
    });
    const stream = client.duplex('Lease/LeaseKeepAlive');
    for (const ID of ['1', '2', '3']) stream.write({ ID });
    const answers = await messages(stream, 3);
    expect(answers).toMatchObject([
      { header, ID: '1', TTL: '60' },
      { header, ID: '2', TTL: '60' },
      { header, ID: '3' },
    ]);
    expect(answers[2].TTL).toBeUndefined();
    stream.end();
    expect(await ended(stream)).toBe('0 ');
  });

  test('a keep-alive that fails ends the stream in the core’s words', async () => {
    const { client, database } = served;
    database.answer('lease-keep-alive', new DatabaseError(clientErrors.noLeader));
    const stream = client.duplex('Lease/LeaseKeepAlive');
    stream.write({ ID: '1' });
    expect(await ended(stream)).toBe('14 there is no connection available');
  });
});

const other = { memberId: 5n, name: 'two', clientUrls: ['http://10.0.0.2:2379', 'http://10.0.0.2:2380'] };

describe('Cluster', () => {
  beforeEach(() => {
    served.database.answer('members', { kind: 'members', members: [other, leader] });
    served.database.answer('auth-role-list', { kind: 'auth-role-list', roles: [] });
  });

  test('lists the members, without a revision', async () => {
    const { client, database } = served;
    const list = await client.call('Cluster/MemberList', { linearizable: true });
    expect(list.members).toMatchObject([
      { ID: '5', name: 'two', clientURLs: other.clientUrls },
      { ID: memberIdText, name: 'one', clientURLs: leader.clientUrls },
    ]);
    expect(list.header.revision).toBeUndefined();
    expect(list.header).toMatchObject({ cluster_id: clusterIdText, member_id: memberIdText, raft_term: '7' });
    expect(database.requests).toEqual([{ kind: 'members', linearizable: true }]);
  });

  test('the core’s refusal goes through', async () => {
    served.database.answer('members', new DatabaseError(clientErrors.noLeader));
    expect(await refusal(served.client.call('Cluster/MemberList', { linearizable: true }))).toBe(
      '14 there is no connection available',
    );
  });

  test.each([
    ['none', []],
    ['an empty one', ['']],
    ['another scheme', ['ftp://10.0.0.3:2380']],
    ['no port', ['http://10.0.0.3']],
    ['a path', ['http://10.0.0.3:2380/']],
    ['one of two', ['http://10.0.0.3:2380', '10.0.0.3:2380']],
  ])('a member is not added under such URLs: %s', async (_what, peerURLs) => {
    expect(await refusal(served.client.call('Cluster/MemberAdd', { peerURLs }))).toBe(
      '3 etcdserver: given member URLs are invalid',
    );
  });

  test.each([['http://10.0.0.3:2380'], ['https://[::1]:2380'], ['unix://localhost:m1'], [' http://a:2380 ']])(
    'that members come by starting nodes is told: %s',
    async (url) => {
      expect(await refusal(served.client.call('Cluster/MemberAdd', { peerURLs: [url] }))).toBe(
        '12 etcdserver: members come and go by starting and stopping nodes: start another node on the same object store',
      );
    },
  );

  test('removing, updating and promoting: etcd’s errors where it has some', async () => {
    const { client, database } = served;
    for (const method of ['MemberRemove', 'MemberUpdate']) {
      expect(await refusal(client.call(`Cluster/${method}`, { ID: '77' }))).toBe('5 etcdserver: member not found');
    }
    expect(await refusal(client.call('Cluster/MemberRemove', { ID: '5' }))).toBe(
      '12 etcdserver: members come and go by starting and stopping nodes: stop the node',
    );
    expect(await refusal(client.call('Cluster/MemberUpdate', { ID: '5', peerURLs: ['http://a:1'] }))).toMatch(
      /^12 etcdserver: members come and go by .* no peer URLs/,
    );
    expect(await refusal(client.call('Cluster/MemberPromote', { ID: '77' }))).toBe('5 etcdserver: member not found');
    expect(await refusal(client.call('Cluster/MemberPromote', { ID: '5' }))).toBe(
      '9 etcdserver: can only promote a learner member',
    );
    database.answer('members', { kind: 'members', members: [leader] });
    expect(await refusal(client.call('Cluster/MemberRemove', { ID: memberIdText }))).toBe(
      '2 etcdserver: re-configuration failed due to not enough started members',
    );
  });
});

describe('Maintenance', () => {
  const lifts = { kind: 'auth-role-list', roles: [] } as const;
  const refusedRoot = new DatabaseError(clientErrors.permissionDenied);

  test('alarms are raised, taken back and told, each in the words of the core', async () => {
    const { client, database } = served;
    database.answer('alarm', {
      kind: 'alarm',
      alarms: [
        { memberId: 7n, alarm: 'nospace' },
        { memberId: 8n, alarm: 'corrupt' },
      ],
    });
    expect(await client.call('Maintenance/Alarm', { action: 1, memberID: '7', alarm: 1 })).toMatchObject({
      header,
      alarms: [
        { memberID: '7', alarm: 1 },
        { memberID: '8', alarm: 2 },
      ],
    });
    await client.call('Maintenance/Alarm', {});
    await client.call('Maintenance/Alarm', { action: 2, alarm: 2 });
    expect(database.requests).toEqual([
      { kind: 'alarm', action: 'activate', alarm: 'nospace', memberId: 7n },
      { kind: 'alarm', action: 'get', alarm: 'none', memberId: 0n },
      { kind: 'alarm', action: 'deactivate', alarm: 'corrupt', memberId: 0n },
    ]);
  });

  test('of an alarm that no etcd knows there is nothing to tell, and not to everybody', async () => {
    const { client, database } = served;
    database.answer('auth-role-list', lifts);
    expect((await client.call('Maintenance/Alarm', { action: 1, alarm: 9 })).alarms).toEqual([]);
    database.answer('auth-role-list', refusedRoot);
    expect(await refusal(client.call('Maintenance/Alarm', { action: 9 }))).toBe('7 etcdserver: permission denied');
  });

  test('the status tells alarms and the quota as etcd does', async () => {
    served.database.status = {
      ...leadingStatus,
      alarms: [{ memberId: 7n, alarm: 'nospace' }],
      quotaBackendBytes: 5_000_000_000,
      problems: ['something else'],
    };
    expect(await served.client.call('Maintenance/Status', {})).toMatchObject({
      errors: ['memberID:7 alarm:NOSPACE ', 'something else'],
    });
  });

  test('defragmenting succeeds without a header, for root alone', async () => {
    const { client, database } = served;
    database.answer('auth-role-list', lifts);
    expect((await client.call('Maintenance/Defragment', {})).header ?? null).toBeNull();
    database.answer('auth-role-list', refusedRoot);
    expect(await refusal(client.call('Maintenance/Defragment', {}))).toBe('7 etcdserver: permission denied');
  });

  test('the lead is moved, or the core says why not', async () => {
    const { client, database } = served;
    database.answer('move-leader', { kind: 'move-leader' }, new DatabaseError(clientErrors.badLeaderTransferee));
    expect(
      (await client.call('Maintenance/MoveLeader', { targetID: '18446744073709551615' })).header ?? null,
    ).toBeNull();
    expect(await refusal(client.call('Maintenance/MoveLeader', { targetID: '9' }))).toBe(
      '9 etcdserver: bad leader transferee',
    );
    expect(database.requests).toEqual([
      { kind: 'move-leader', target: 2n ** 64n - 1n },
      { kind: 'move-leader', target: 9n },
    ]);
  });

  describe('Downgrade, as 3.6 answers', () => {
    const wrongFormat = '3 etcdserver: wrong downgrade target version format';
    const invalid = '3 etcdserver: invalid downgrade target version';
    const asked = (action: number, version: string) => served.client.call('Maintenance/Downgrade', { action, version });

    beforeEach(() => served.database.answer('auth-role-list', lifts));

    test.each(['3.5.0', '3.5', '3.5.0-rc.1', '3.5.7'])('%s may be gone back to', async (version) => {
      expect(await asked(0, version)).toMatchObject({ header, version: '3.6' });
      expect(await refusal(asked(1, version))).toMatch(/^12 etcdserver: an older etcd cannot read/);
    });

    test.each([
      ['x', wrongFormat],
      ['', wrongFormat],
      ['3', wrongFormat],
      ['3.5.0.1', wrongFormat],
      ['v3.5.0', wrongFormat],
      ['3.4.0', invalid],
      ['3.6', invalid],
      ['2.5.0', invalid],
    ])('%j may not', async (version, words) => {
      expect(await refusal(asked(0, version))).toBe(words);
      expect(await refusal(asked(1, version))).toBe(words);
    });

    test('there is nothing to cancel, which is no error; what else is asked is one', async () => {
      expect(await asked(2, '')).toMatchObject({ header, version: '3.6' });
      expect(await refusal(asked(7, '3.5.0'))).toBe('2 etcdserver: unknown method');
      served.database.answer('auth-role-list', refusedRoot);
      expect(await refusal(asked(0, '3.5.0'))).toBe('7 etcdserver: permission denied');
    });
  });
});

describe('Maintenance.Status', () => {
  test('tells what the node knows', async () => {
    expect(await served.client.call('Maintenance/Status', {})).toMatchObject({
      header,
      version: expect.stringMatching(/^3\.6\.\d+$/),
      dbSize: '4000',
      dbSizeInUse: '3000',
      leader: memberIdText,
      raftIndex: '99',
      raftAppliedIndex: '99',
      raftTerm: '7',
    });
  });

  test('an empty database has a size all the same', async () => {
    served.database.status = { ...leadingStatus, bytesTotal: 0, bytesInUse: 0 };
    expect(await served.client.call('Maintenance/Status', {})).toMatchObject({ dbSize: '1', dbSizeInUse: '1' });
  });

  test('without a leader says so, with what else is wrong', async () => {
    served.database.status = { ...leadingStatus, role: 'standby', leader: undefined, problems: ['no store'] };
    const status = await served.client.call('Maintenance/Status', {});
    expect(status.errors).toEqual(['etcdserver: no leader', 'no store']);
    expect(status.leader).toBeUndefined();
  });

  test('is answered before the database is known, then with its id', async () => {
    const { client, database } = served;
    database.status = { ...leadingStatus, role: 'starting', databaseId: undefined, leader: undefined };
    expect((await client.call('Maintenance/Status', {})).header.cluster_id).toBeUndefined();
    database.status = { ...leadingStatus, databaseId: new Uint8Array(16) };
    expect((await client.call('Maintenance/Status', {})).header.cluster_id).toBe('1');
  });
});
