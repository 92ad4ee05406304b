import { describe } from 'vitest';
import { LeaseDefinition } from '../../src/server/generated/etcdserverpb/lease.ts';
import { conformTo } from './harness/conform.ts';
import { cmp, op } from './harness/message.ts';
import { usePair } from './harness/pair.ts';

const conform = conformTo(usePair());
const all = { key: '\0', rangeEnd: '\0' };

describe('grant', () => {
  conform('with an id, moving no revision', async (session) => {
    await session.grant(1, 600);
    await session.range(all);
  });

  conform(
    'without an id',
    async (session) => {
      await session.grant(0, 600);
      await session.grant(0, 600);
    },
    { exclude: ['ID'] },
  );

  conform(
    'an id that is taken, and free again',
    async (session) => {
      await session.grant(2, 600);
      await session.grant(2, 300);
      await session.timeToLive(2);
      await session.revoke(2);
      await session.grant(2, 300);
    },
    { exclude: ['TTL'] },
  );

  conform('negative and large ids', async (session) => {
    await session.grant(-5, 600);
    await session.grant(2n ** 63n - 1n, 600);
    await session.grant(-(2n ** 63n), 600);
    await session.put('a', '1', { lease: -5 });
    await session.range({ key: 'a' });
    await session.revoke(-5);
    await session.range({ key: 'a' });
  });

  conform('too short and too long', async (session) => {
    for (const [index, ttl] of [-10, 0, 1, 2, 3, 9_000_000_000, 9_000_000_001, 2n ** 63n - 1n].entries()) {
      await session.grant(100 + index, ttl);
    }
    await session.grant(103, 9_000_000_001);
  });
});

describe('time to live', () => {
  conform(
    'with and without keys',
    async (session) => {
      await session.grant(3, 600);
      await session.timeToLive(3, true);
      for (const key of ['c', 'a', 'b']) await session.put(key, '', { lease: 3 });
      await session.timeToLive(3);
      await session.timeToLiveOf(3);
    },
    { exclude: ['TTL'] },
  );

  conform('of what is not there', async (session) => {
    await session.timeToLive(404);
    await session.timeToLive(404, true);
    await session.timeToLive(0);
    await session.timeToLive(-1);
  });
});

describe('keep alive', () => {
  conform('answers in order, 0 for what is not there', async (session) => {
    await session.grant(4, 600);
    await session.grant(5, 900);
    await session.keepAlive(4, 404, 5, 0, 4, -1);
    await session.put('a', '1');
    await session.keepAlive(5);
  });
});

describe('revoke', () => {
  conform('deletes its keys in one revision, in key order', async (session) => {
    await session.grant(6, 600);
    for (const key of ['c', 'a', '\xff', 'b']) await session.put(key, key, { lease: 6 });
    await session.put('d', 'd');
    const watch = session.watch();
    watch.create({ ...all, prevKv: true });
    await watch.next();
    await session.revoke(6);
    await watch.next();
    await session.range(all);
    await session.range({ ...all, revision: session.base + 5 });
  });

  conform('without keys moves no revision', async (session) => {
    await session.grant(7, 600);
    await session.revoke(7);
    await session.range(all);
  });

  conform('of what is not there', async (session) => {
    await session.revoke(404);
    await session.revoke(0);
    await session.revoke(-404);
  });
});

describe('list', () => {
  conform('in order of expiry', async (session) => {
    await session.leases();
    for (const [id, ttl] of [
      [8, 900],
      [9, 300],
      [10, 600],
    ] as const)
      await session.grant(id, ttl);
    await session.leases();
    await session.revoke(10);
    await session.leases();
  });
});

describe('expiry', () => {
  conform('deletes the keys, with events', async (session) => {
    await session.grant(11, 2);
    await session.put('b', '1', { lease: 11 });
    await session.put('a', '1', { lease: 11 });
    await session.put('c', '1');
    const watch = session.watch();
    watch.create({ ...all, prevKv: true });
    await watch.next(2);
    await session.timeToLive(11, true);
    await session.keepAlive(11);
    await session.leases();
    await session.range(all);
    await session.put('a', '2', { lease: 11 });
  });
});

describe('a lease and its keys', () => {
  conform('through transactions: put, put again, deleted', async (session) => {
    await session.grant(21, 600);
    await session.grant(22, 600);
    await session.txn({
      success: [op.put('a', '1', { lease: 21 }), op.put('b', '1', { lease: 21 }), op.put('c', '1')],
    });
    await session.timeToLiveOf(21);
    await session.txn({ success: [op.put('a', '2', { lease: 22 }), op.put('b', '2'), op.delete({ key: 'c' })] });
    await session.timeToLiveOf(21);
    await session.timeToLiveOf(22);
    await session.txn({ compare: [cmp.lease('a', '=', 22)], success: [op.delete({ key: 'a' })] });
    await session.timeToLiveOf(22);
    await session.range(all);
  });

  conform('a transaction that fails attaches nothing', async (session) => {
    await session.grant(23, 600);
    await session.txn({ success: [op.put('a', '1', { lease: 23 }), op.put('b', '1', { lease: 404 })] });
    await session.txn({ compare: [cmp.version('a', '=', 5)], success: [op.put('a', '1', { lease: 23 })] });
    await session.timeToLiveOf(23);
    await session.revoke(23);
    await session.range(all);
  });

  conform('is revoked once', async (session) => {
    await session.grant(24, 600);
    await session.put('a', '1', { lease: 24 });
    await session.revoke(24);
    await session.revoke(24);
    await session.keepAlive(24);
    await session.timeToLive(24, true);
    await session.put('a', '1', { lease: 24 });
    await session.range(all);
  });

  conform('two leases, one after another revoked, each in a revision of its own', async (session) => {
    await session.grant(25, 600);
    await session.grant(26, 600);
    await session.put('a', '1', { lease: 25 });
    await session.put('b', '1', { lease: 26 });
    await session.put('c', '1', { lease: 25 });
    const watch = session.watch();
    watch.create({ key: 'b', rangeEnd: '\0' });
    await watch.next();
    await session.revoke(26);
    await session.revoke(25);
    await watch.next(2);
    await session.range(all);
  });
});

describe('the stream of keep alives', () => {
  conform('answers with the revision of each moment', async (session) => {
    await session.grant(31, 600);
    await session.keepAlive(31, 31, 404);
    await session.put('a', '1');
    await session.keepAlive(31, 404);
  });

  conform('ends when the client ends it, all answered', async (session) => {
    await session.grant(32, 600);
    const stream = session.open(LeaseDefinition, 'leaseKeepAlive');
    stream.send({ ID: 32 }, { ID: 404 }, { ID: 32 });
    stream.halfClose();
    await stream.next(4);
  });

  conform('one after another', async (session) => {
    await session.grant(33, 600);
    const stream = session.open(LeaseDefinition, 'leaseKeepAlive');
    for (const id of [33, -33, 33]) {
      stream.send({ ID: id });
      await stream.next();
    }
    await session.revoke(33);
    stream.send({ ID: 33 });
    await stream.next();
    stream.halfClose();
    await stream.next();
  });
});

describe('time', () => {
  conform('a lease that is kept alive outlives its time, and one that is not does not', async (session) => {
    await session.grant(41, 2);
    await session.grant(42, 2);
    await session.put('kept', '1', { lease: 41 });
    await session.put('left', '1', { lease: 42 });
    const watch = session.watch();
    watch.create(all);
    await watch.next();
    const stream = session.open(LeaseDefinition, 'leaseKeepAlive');
    const keeping = setInterval(() => stream.send({ ID: 41 }), 300);
    await watch.next();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    clearInterval(keeping);
    await session.range(all);
  });

  conform(
    'a lease that is over can be had again, without its keys',
    async (session) => {
      await session.grant(43, 2);
      await session.put('a', '1', { lease: 43 });
      const watch = session.watch();
      watch.create(all);
      await watch.next(2);
      await session.grant(43, 600);
      await session.timeToLive(43, true);
      await session.put('a', '2', { lease: 43 });
      await session.range(all);
    },
    { exclude: ['TTL'] },
  );

  conform(
    'what is left is less than what was granted',
    async (session) => {
      await session.grant(44, 600);
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      const left = await session.timeToLive(44);
      session.note('is less', typeof left === 'object' && Number((left as { readonly TTL: number }).TTL) < 600);
      await session.keepAlive(44);
    },
    { exclude: ['TTL'] },
  );

  conform('keeping one alive moves it in the list', async (session) => {
    for (const id of [45, 46, 47]) {
      await session.grant(id, 600);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await session.leases();
    await session.keepAlive(45);
    await session.leases();
    await session.keepAlive(46);
    await session.leases();
  });
});
