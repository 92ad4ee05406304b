import { describe } from 'vitest';
import { LeaseDefinition } from '../../src/server/generated/etcdserverpb/lease.ts';
import { MaintenanceDefinition } from '../../src/server/generated/etcdserverpb/maintenance.ts';
import { authOf, usePairWithAuth, alice } from './harness/auth.ts';
import { conformTo } from './harness/conform.ts';
import { cmp, op } from './harness/message.ts';

/** Who may do what: of every request, and of every key that it touches. */
const conform = conformTo(usePairWithAuth());
const all = { key: '\0', rangeEnd: '\0' };

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
