import { describe } from 'vitest';
import { conformTo } from './harness/conform.ts';
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
