import { describe } from 'vitest';
import { ClusterDefinition } from '../../src/server/generated/etcdserverpb/cluster.ts';
import { LeaseDefinition } from '../../src/server/generated/etcdserverpb/lease.ts';
import { MaintenanceDefinition } from '../../src/server/generated/etcdserverpb/maintenance.ts';
import { ElectionDefinition } from '../../src/server/generated/v3electionpb/election.ts';
import { LockDefinition } from '../../src/server/generated/v3lockpb/lock.ts';
import { authOf, usePairWithAuth, alice } from './harness/auth.ts';
import { conformTo } from './harness/conform.ts';
import { cmp, op } from './harness/message.ts';
import type { Session } from './harness/session.ts';

/** What is kept from who has not logged in, and from who may do nothing. */
const conform = conformTo(usePairWithAuth());
const all = { key: '\0', rangeEnd: '\0' };

/** Nobody, and somebody who may do nothing. */
async function strangers(session: Session): Promise<readonly Session[]> {
  const { alice: powerless } = await alice(session);
  return [session, powerless];
}

describe('strangers', () => {
  conform(
    'read and write nothing',
    async (session) => {
      await session.put('a', '1');
      for (const stranger of await strangers(session)) {
        await stranger.range({ key: 'a' });
        await stranger.range({ ...all, countOnly: true });
        await stranger.range({ key: 'a', serializable: true });
        await stranger.put('a', '2');
        await stranger.delete({ key: 'a' });
        await stranger.txn({ compare: [cmp.version('a', '=', 1)] });
        await stranger.txn({ success: [op.put('a', '1')] });
        await stranger.txn({});
        await stranger.compact(session.base + 1);
      }
    },
    { differs: { why: 'anyone compacts in earlier versions', until: ['3.5.35'] } },
  );

  conform(
    'are told of their mistakes before they are turned away',
    async (session) => {
      for (const stranger of await strangers(session)) {
        await stranger.range({ key: '' });
        await stranger.put('');
        await stranger.put('a', '1', { ignoreValue: true });
        await stranger.delete({ key: '' });
        await stranger.txn({ success: [op.put('a', '1'), op.put('a', '2')] });
        await stranger.txn({ success: [op.empty()] });
        await stranger.range({ key: 'a', revision: 2 ** 40 });
        await stranger.put('a', '1', { lease: 404 });
        await stranger.compact(2 ** 40);
      }
    },
    { differs: { why: 'anyone compacts in earlier versions', until: ['3.5.35'] } },
  );

  conform('watch nothing', async (session) => {
    for (const stranger of await strangers(session)) {
      const watch = stranger.watch();
      watch.create({ key: 'a' });
      await watch.next();
      watch.create({ ...all, watchId: 7 });
      await watch.next();
      watch.create({ key: 'b', rangeEnd: 'a' });
      await watch.next();
    }
  });

  conform(
    'and leases',
    async (session) => {
      await session.grant(11, 600);
      await session.put('a', '1', { lease: 11 });
      for (const stranger of await strangers(session)) {
        await stranger.timeToLive(11);
        await stranger.timeToLive(11, true);
        await stranger.timeToLive(404, true);
        await stranger.revoke(11);
        await stranger.revoke(404);
        await stranger.grant(11, 600);
      }
    },
    {
      exclude: ['TTL'],
      differs: { why: 'earlier versions let anyone grant leases, and look at them', until: ['3.5.35'] },
    },
  );

  conform(
    'grant leases: who has logged in may',
    async (session) => {
      const [nobody, powerless] = await strangers(session);
      await nobody!.grant(12, 600);
      await powerless!.grant(12, 600);
      await powerless!.grant(13, 9_000_000_001);
      await powerless!.keepAlive(12);
      await powerless!.revoke(12);
    },
    { differs: { why: 'earlier versions let anyone grant leases', until: ['3.5.35'] } },
  );

  conform(
    'keep alive',
    async (session) => {
      await session.grant(14, 600);
      await session.grant(15, 600);
      await session.put('a', '1', { lease: 14 });
      for (const stranger of await strangers(session)) {
        for (const id of [15, 404, 14]) {
          const stream = stranger.open(LeaseDefinition, 'leaseKeepAlive');
          stream.send({ ID: id });
          await stream.next();
        }
      }
    },
    { differs: { why: 'earlier versions let anyone keep leases alive', until: ['3.5.35'] } },
  );

  conform(
    'list leases',
    async (session) => {
      const listing = await strangers(session);
      for (const stranger of listing) await stranger.leases();
      await listing[1]!.grant(16, 600);
      for (const stranger of listing) await stranger.leases();
    },
    { differs: { why: 'earlier versions list them to anyone', until: ['3.5.35'] } },
  );

  conform('manage no users and roles', async (session) => {
    for (const stranger of await strangers(session)) {
      const auth = authOf(stranger);
      await auth.enable();
      await auth.disable();
      await auth.addUser('mallory');
      await auth.addUser('');
      await auth.users();
      await auth.user('root');
      await auth.user('nobody');
      await auth.deleteUser('root');
      await auth.changePassword('alice', 'x');
      await auth.grantRole('alice', 'root');
      await auth.revokeRole('root', 'root');
      await auth.addRole('mine');
      await auth.addRole('');
      await auth.role('root');
      await auth.role('nothing');
      await auth.roles();
      await auth.deleteRole('root');
      await auth.permit('role of alice', 'read', 'a');
      await auth.forbid('role of alice', 'a');
    }
  });

  conform('see themselves: their user, their roles', async (session) => {
    const { root, alice: powerless } = await alice(session, ['read', 'a', 'b']);
    await authOf(powerless).user('alice');
    await authOf(powerless).role('role of alice');
    await authOf(root).addRole('other');
    await authOf(powerless).role('other');
    await authOf(root).addUser('bob');
    await authOf(powerless).user('bob');
    await authOf(root).revokeRole('alice', 'role of alice');
    await authOf(powerless).role('role of alice');
    await authOf(powerless).user('alice');
  });

  conform('of the cluster: who has logged in sees its members, and changes none', async (session) => {
    for (const stranger of await strangers(session)) {
      await stranger.call(ClusterDefinition, 'memberAdd', { peerURLs: ['http://127.0.0.1:1'] });
      await stranger.call(ClusterDefinition, 'memberAdd', { peerURLs: ['nonsense'] });
      await stranger.call(ClusterDefinition, 'memberRemove', { ID: 404 });
      await stranger.call(ClusterDefinition, 'memberUpdate', { ID: 404, peerURLs: ['http://127.0.0.1:1'] });
      await stranger.call(ClusterDefinition, 'memberPromote', { ID: 404 });
    }
  });

  conform(
    'see the members only when they have logged in',
    async (session) => {
      for (const stranger of await strangers(session)) {
        const answer = await stranger.memberList();
        stranger.note('members', typeof answer === 'string' ? answer : 'listed');
      }
    },
    { exclude: ['members'], differs: { why: 'earlier versions tell anyone', until: ['3.5.35'] } },
  );

  conform(
    'of maintenance: hardly anything',
    async (session) => {
      for (const stranger of await strangers(session)) {
        await stranger.call(MaintenanceDefinition, 'defragment');
        await stranger.call(MaintenanceDefinition, 'hash');
        await stranger.call(MaintenanceDefinition, 'hashKV', { revision: 0 });
        await stranger.call(MaintenanceDefinition, 'moveLeader', { targetID: 404 });
        await stranger.call(MaintenanceDefinition, 'downgrade', { action: 0, version: '3.5.0' });
        await stranger.call(MaintenanceDefinition, 'downgrade', { action: 0, version: 'nonsense' });
      }
    },
    { differs: { why: 'in other words, or without a check, before 3.6', until: ['3.6.0'] } },
  );

  conform(
    'raise and clear no alarms, and who has logged in sees them',
    async (session) => {
      for (const stranger of await strangers(session)) {
        for (const action of [0, 1, 2]) await stranger.call(MaintenanceDefinition, 'alarm', { action, alarm: 1 });
      }
    },
    { differs: { why: 'earlier versions let anyone', until: ['3.5.35'] } },
  );

  conform('lock and elect nothing', async (session) => {
    const name = Buffer.from('post');
    await session.grant(17, 600);
    for (const stranger of await strangers(session)) {
      await stranger.call(LockDefinition, 'lock', { name, lease: 17 });
      await stranger.call(LockDefinition, 'unlock', { key: Buffer.from('post/11') });
      await stranger.call(ElectionDefinition, 'campaign', { name, lease: 17, value: Buffer.from('x') });
      await stranger.call(ElectionDefinition, 'leader', { name });
    }
  });
});
