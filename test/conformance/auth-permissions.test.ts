import { describe } from 'vitest';
import { ClusterDefinition } from '../../src/server/generated/etcdserverpb/cluster.ts';
import { LeaseDefinition } from '../../src/server/generated/etcdserverpb/lease.ts';
import { MaintenanceDefinition } from '../../src/server/generated/etcdserverpb/maintenance.ts';
import { ElectionDefinition } from '../../src/server/generated/v3electionpb/election.ts';
import { LockDefinition } from '../../src/server/generated/v3lockpb/lock.ts';
import { authOf, enableAuth, type Grant, sessionOf, usePairWithAuth } from './harness/auth.ts';
import { conformTo } from './harness/conform.ts';
import { cmp, op } from './harness/message.ts';
import type { Session } from './harness/session.ts';

/** Who may do what: of every request, and of every key that it touches. */
const conform = conformTo(usePairWithAuth());
const all = { key: '\0', rangeEnd: '\0' };

/** Root, and alice with her grants. */
async function alice(session: Session, ...grants: readonly Grant[]): Promise<{ root: Session; alice: Session }> {
  const root = await enableAuth(session, { alice: grants });
  return { root, alice: await sessionOf(session, 'alice') };
}

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

describe('reading', () => {
  conform('a key, and not the keys beside it', async (session) => {
    const { root, alice: reader } = await alice(session, ['read', 'b']);
    await root.put('b', '1');
    for (const key of ['a', 'b', 'b\0', 'c']) await reader.range({ key });
    await reader.range({ key: 'b', rangeEnd: 'b\0' });
    await reader.range({ key: 'b', rangeEnd: 'c' });
    await reader.range({ key: 'b', rangeEnd: 'b' });
    await reader.range({ key: 'b', rangeEnd: 'a' });
    await reader.put('b', '2');
    await reader.delete({ key: 'b' });
  });

  conform('a range: inside, to its ends, not across them', async (session) => {
    const { root, alice: reader } = await alice(session, ['read', 'b', 'd']);
    for (const key of ['a', 'b', 'c', 'd']) await root.put(key, key);
    for (const [key, rangeEnd] of [
      ['b', ''],
      ['c', ''],
      ['d', ''],
      ['b', 'd'],
      ['b', 'c'],
      ['b\0', 'c\xff'],
      ['a', 'c'],
      ['c', 'e'],
      ['b', '\0'],
      ['\0', '\0'],
      ['c', 'b'],
      ['x', 'a'],
      ['c', 'a'],
    ] as const) {
      await reader.range({ key, rangeEnd, keysOnly: true });
    }
  });

  conform('from a key on', async (session) => {
    const { alice: reader } = await alice(session, ['read', 'b', '\0']);
    for (const [key, rangeEnd] of [
      ['a', ''],
      ['b', ''],
      ['z', ''],
      ['b', '\0'],
      ['c', '\0'],
      ['c', 'd'],
      ['a', 'c'],
      ['\0', '\0'],
    ] as const) {
      await reader.range({ key, rangeEnd });
    }
  });

  conform('everything', async (session) => {
    const { alice: reader } = await alice(session, ['read', '\0', '\0']);
    await reader.range(all);
    await reader.range({ key: 'a', rangeEnd: '\0' });
    await reader.range({ key: 'a' });
    await reader.put('a', '1');
  });

  conform('ranges that meet are one, ranges with a gap are two', async (session) => {
    const { root, alice: reader } = await alice(session, ['read', 'a', 'c'], ['read', 'c', 'e'], ['read', 'f', 'h']);
    await reader.range({ key: 'a', rangeEnd: 'e' });
    await reader.range({ key: 'b', rangeEnd: 'd' });
    await reader.range({ key: 'a', rangeEnd: 'h' });
    await reader.range({ key: 'd', rangeEnd: 'g' });
    await reader.range({ key: 'f', rangeEnd: 'h' });
    await authOf(root).permit('role of alice', 'read', 'e', 'f');
    await reader.range({ key: 'a', rangeEnd: 'h' });
    await authOf(root).forbid('role of alice', 'c', 'e');
    await reader.range({ key: 'a', rangeEnd: 'h' });
    await reader.range({ key: 'e', rangeEnd: 'h' });
  });

  conform('ranges and keys that lie in one another', async (session) => {
    const { root, alice: reader } = await alice(session, ['read', 'a', 'z'], ['write', 'm'], ['read', 'b', 'c']);
    await reader.range({ key: 'a', rangeEnd: 'z' });
    await reader.range({ key: 'm' });
    await reader.put('m', '1');
    await reader.put('n', '1');
    await authOf(root).forbid('role of alice', 'a', 'z');
    await reader.range({ key: 'm' });
    await reader.range({ key: 'b' });
    await reader.put('m', '2');
  });

  conform('with the permissions of several roles together', async (session) => {
    const { root, alice: reader } = await alice(session, ['read', 'a', 'c']);
    await authOf(root).addRole('second');
    await authOf(root).permit('second', 'readwrite', 'c', 'e');
    await reader.range({ key: 'a', rangeEnd: 'e' });
    await authOf(root).grantRole('alice', 'second');
    await reader.range({ key: 'a', rangeEnd: 'e' });
    await reader.put('d', '1');
    await reader.put('b', '1');
    await authOf(root).revokeRole('alice', 'role of alice');
    await reader.range({ key: 'a', rangeEnd: 'e' });
    await reader.range({ key: 'c', rangeEnd: 'e' });
  });

  conform('counts, keys, old revisions and filters are reading', async (session) => {
    const { alice: reader } = await alice(session, ['write', 'a', 'c']);
    await reader.put('a', '1');
    await reader.range({ key: 'a', countOnly: true });
    await reader.range({ key: 'a', keysOnly: true });
    await reader.range({ key: 'a', limit: 1, revision: session.base + 1 });
    await reader.range({ key: 'x', countOnly: true });
  });
});

describe('writing', () => {
  conform('a key, what was there before only by who reads it', async (session) => {
    const { root, alice: writer } = await alice(session, ['write', 'a'], ['readwrite', 'b'], ['read', 'c']);
    for (const key of ['a', 'b', 'c']) {
      await writer.put(key, '1');
      await writer.put(key, '2', { prevKv: true });
      await writer.put(key, '', { ignoreValue: true });
      await writer.put(key, '3', { ignoreLease: true });
    }
    await root.range(all);
  });

  conform('deletes, what was there before only by who reads it', async (session) => {
    const { root, alice: writer } = await alice(session, ['write', 'a', 'c'], ['readwrite', 'd', 'f'], ['read', 'g']);
    for (const key of ['a', 'b', 'd', 'e', 'g']) await root.put(key, key);
    await writer.delete({ key: 'a', prevKv: true });
    await writer.delete({ key: 'a' });
    await writer.delete({ key: 'a', rangeEnd: 'c' });
    await writer.delete({ key: 'a', rangeEnd: 'd' });
    await writer.delete({ key: 'd', rangeEnd: 'f', prevKv: true });
    await writer.delete({ key: 'd', rangeEnd: '\0' });
    await writer.delete({ key: 'g' });
    await writer.delete({ key: 'g', prevKv: true });
    await root.range(all);
  });

  conform(
    'with a lease: only with the rights to all of its keys',
    async (session) => {
      const { root, alice: writer } = await alice(session, ['write', 'a', 'c']);
      await root.grant(21, 600);
      await writer.put('a', '1', { lease: 21 });
      await root.put('x', '1', { lease: 21 });
      await writer.put('b', '1', { lease: 21 });
      await writer.put('b', '1', { lease: 404 });
      await writer.put('b', '1');
      await writer.put('a', '2', { ignoreLease: true });
      await root.delete({ key: 'x' });
      await writer.put('b', '1', { lease: 21 });
      await writer.txn({ success: [op.put('b', '2', { lease: 21 })] });
      await root.put('x', '1', { lease: 21 });
      await writer.txn({ success: [op.put('b', '2', { lease: 21 })] });
      await root.range(all);
    },
    { differs: { why: 'earlier versions do not look at them in transactions', until: ['3.5.35'] } },
  );
});

describe('transactions', () => {
  conform('need the rights of both branches, whichever is taken', async (session) => {
    const { root, alice: user } = await alice(session, ['readwrite', 'a', 'c']);
    const [mine, read, theirs, theirRead] = [
      op.put('a', '1'),
      op.range({ key: 'b' }),
      op.put('x', '1'),
      op.range({ key: 'x' }),
    ];
    for (const [success, failure] of [
      [[mine, read], []],
      [[mine, theirs], []],
      [[mine], [theirs]],
      [[theirRead], []],
      [[read], [theirRead]],
      [[], [theirs]],
      [[], []],
    ]) {
      await user.txn({ success: success!, failure: failure! });
    }
    await root.range(all);
  });

  conform('need reading for every compare', async (session) => {
    const { alice: user } = await alice(session, ['readwrite', 'a'], ['write', 'b'], ['read', 'c', 'e']);
    const success = [op.put('a', '1')];
    for (const compare of [
      cmp.version('a', '=', 0),
      cmp.version('b', '=', 0),
      cmp.value('x', '=', ''),
      cmp.version('c', '=', 0, { rangeEnd: 'e' }),
      cmp.version('c', '=', 0, { rangeEnd: 'f' }),
      cmp.version('c', '=', 0, { rangeEnd: '\0' }),
    ]) {
      await user.txn({ compare: [compare], success });
      await user.txn({ compare: [cmp.version('a', '>', 0), compare] });
    }
  });

  conform(
    'need what their operations need: what was before, leases, deletes',
    async (session) => {
      const { root, alice: user } = await alice(session, ['write', 'a', 'c'], ['readwrite', 'd']);
      await root.grant(31, 600);
      await root.put('x', '1', { lease: 31 });
      for (const operation of [
        op.put('a', '1', { prevKv: true }),
        op.put('d', '1', { prevKv: true }),
        op.put('a', '1', { lease: 31 }),
        op.delete({ key: 'a', prevKv: true }),
        op.delete({ key: 'a', rangeEnd: 'c' }),
        op.delete({ key: 'a', rangeEnd: 'e' }),
        op.delete({ key: 'd', prevKv: true }),
        op.range({ key: 'a' }),
        op.range({ key: 'd' }),
      ]) {
        await user.txn({ success: [operation] });
      }
      await root.range(all);
    },
    { differs: { why: 'earlier versions do not look at leases in transactions', until: ['3.5.35'] } },
  );

  conform(
    'inside of transactions as well',
    async (session) => {
      const { root, alice: user } = await alice(session, ['readwrite', 'a', 'c']);
      await user.txn({ success: [op.txn({ success: [op.put('a', '1')] })] });
      await user.txn({ success: [op.txn({ success: [op.put('x', '1')] })] });
      await user.txn({ success: [op.txn({ failure: [op.put('x', '1')] })] });
      await user.txn({ failure: [op.txn({ success: [op.range({ key: 'x' })] })] });
      await user.txn({ success: [op.txn({ compare: [cmp.version('x', '=', 0)], success: [op.put('a', '2')] })] });
      await user.txn({ success: [op.txn({ success: [op.txn({ failure: [op.delete({ key: 'x' })] })] })] });
      await root.range(all);
    },
    { differs: { why: 'earlier versions do not look inside', until: ['3.5.35'] } },
  );

  conform('that are wrong, and forbidden', async (session) => {
    const { alice: user } = await alice(session, ['readwrite', 'a']);
    await user.txn({ success: [op.put('x', '1'), op.put('x', '2')] });
    await user.txn({ success: [op.put('x', '1', { lease: 404 })] });
    await user.txn({ success: [op.range({ key: 'x', revision: 2 ** 40 })] });
    await user.txn({ success: [op.put('a', '1', { lease: 404 })] });
    await user.txn({ success: [op.put('a', '', { ignoreValue: true }), op.put('x', '1')] });
    await user.txn({ success: [op.range({ key: 'a', revision: 2 ** 40 })] });
  });
});

describe('watching', () => {
  conform(
    'needs reading of the whole range',
    async (session) => {
      const { root, alice: user } = await alice(session, ['read', 'b', 'd'], ['write', 'x']);
      const watch = user.watch();
      for (const range of [
        { key: 'b' },
        { key: 'b', rangeEnd: 'd' },
        { key: 'a', rangeEnd: 'd' },
        { key: 'b', rangeEnd: '\0' },
        { key: 'x' },
        all,
        { key: '' },
        { key: 'c', watchId: 9 },
        { key: 'x', watchId: 9 },
      ]) {
        watch.create(range);
        await watch.next();
      }
      await root.put('c', '1');
      await watch.nextInAnyOrder(2);
    },
    { differs: { why: 'earlier versions tell the reason otherwise', until: ['3.5.35'] } },
  );

  conform('goes on when the permission is taken away; another is refused', async (session) => {
    const { root, alice: user } = await alice(session, ['read', 'a']);
    const watch = user.watch();
    watch.create({ key: 'a' });
    await watch.next();
    await authOf(root).forbid('role of alice', 'a');
    await root.put('a', '1');
    await watch.next();
    watch.create({ key: 'a' });
    await watch.next();
    await root.put('a', '2');
    await watch.next();
  });

  conform('with a token that nobody gave', async (session) => {
    await alice(session, ['read', 'a']);
    const watch = session.as('nonsense').watch();
    watch.create({ key: 'a' });
    await watch.next();
  });

  conform('cancels and progress need nothing', async (session) => {
    const { root, alice: user } = await alice(session, ['read', 'a']);
    const watch = user.watch();
    watch.create({ key: 'a' });
    await watch.next();
    watch.progress();
    await watch.next();
    await authOf(root).revokeRole('alice', 'role of alice');
    watch.progress();
    await watch.next();
    watch.cancel(0);
    await watch.next();
  });
});

describe('leases', () => {
  conform('are revoked with the rights to all of their keys', async (session) => {
    const { root, alice: user } = await alice(session, ['write', 'a', 'c']);
    for (const id of [41, 42, 43]) await user.grant(id, 600);
    await user.put('a', '1', { lease: 41 });
    await root.put('x', '1', { lease: 42 });
    await user.revoke(41);
    await user.revoke(42);
    await user.revoke(43);
    await user.revoke(404);
    await root.range(all);
  });

  conform(
    'tell their keys to who reads all of them',
    async (session) => {
      const { root, alice: user } = await alice(session, ['read', 'a', 'c'], ['write', 'x']);
      for (const id of [44, 45, 46]) await root.grant(id, 600);
      await root.put('a', '1', { lease: 44 });
      await root.put('b', '1', { lease: 45 });
      await root.put('x', '1', { lease: 45 });
      for (const id of [44, 45, 46]) {
        await user.timeToLive(id, true);
        await user.timeToLive(id);
      }
    },
    { exclude: ['TTL'], differs: { why: 'anyone is told before 3.5', until: ['3.5.0'] } },
  );

  conform(
    'are kept alive',
    async (session) => {
      const { root, alice: user } = await alice(session, ['write', 'a']);
      for (const id of [47, 48, 49]) await root.grant(id, 600);
      await root.put('a', '1', { lease: 47 });
      await root.put('x', '1', { lease: 48 });
      for (const id of [47, 48, 49, 404]) {
        const stream = user.open(LeaseDefinition, 'leaseKeepAlive');
        stream.send({ ID: id });
        await stream.next();
      }
    },
    { differs: { why: 'earlier versions let anyone', until: ['3.5.35'] } },
  );

  conform(
    'are listed',
    async (session) => {
      const { root, alice: user } = await alice(session, ['read', 'a'], ['write', 'b']);
      await user.leases();
      await root.grant(51, 600);
      await user.leases();
      await root.put('a', '1', { lease: 51 });
      await user.leases();
      await root.put('b', '1', { lease: 51 });
      await user.leases();
      await root.leases();
    },
    { differs: { why: 'earlier versions list them to anyone', until: ['3.5.35'] } },
  );
});

describe('root alone', () => {
  conform(
    'compacts',
    async (session) => {
      const { root, alice: user } = await alice(session, ['readwrite', '\0', '\0']);
      await user.put('a', '1');
      await user.put('a', '2');
      await user.compact(session.base + 1);
      await root.compact(session.base + 2);
      await user.range({ key: 'a', revision: session.base + 1 });
      await user.compact(session.base + 2);
    },
    { differs: { why: 'earlier versions let anyone', until: ['3.5.35'] } },
  );

  conform('may do everything with any key', async (session) => {
    const { root } = await alice(session, ['read', 'a']);
    await root.put('a', '1', { prevKv: true });
    await root.range(all);
    await root.txn({
      compare: [cmp.version('a', '=', 1)],
      success: [op.put('x', '1', { prevKv: true }), op.range(all)],
    });
    const watch = root.watch();
    watch.create(all);
    await watch.next();
    await root.delete({ ...all, prevKv: true });
    await watch.next();
  });

  conform(
    'a user with every permission is not root',
    async (session) => {
      const { alice: user } = await alice(session, ['readwrite', '\0', '\0']);
      await user.put('a', '1', { prevKv: true });
      await user.range(all);
      await authOf(user).users();
      await authOf(user).addUser('bob');
      await user.compact(session.base + 1);
      await user.call(MaintenanceDefinition, 'alarm', { action: 1, alarm: 1 });
    },
    { differs: { why: 'anyone compacts in earlier versions', until: ['3.5.35'] } },
  );
});
