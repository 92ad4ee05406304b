import { describe } from 'vitest';
import { LockDefinition } from '../../src/server/generated/v3lockpb/lock.ts';
import { conformTo } from './harness/conform.ts';
import { type Contest, contestsOf } from './harness/contest.ts';
import { header } from './harness/expected.ts';
import { cmp, op } from './harness/message.ts';
import { usePair } from './harness/pair.ts';

const conform = conformTo(usePair());
const all = { key: '\0', rangeEnd: '\0' };

const contest = contestsOf(conform, (opened) => Promise.resolve(locksOf(opened)));

interface Locks extends Pick<Contest, 'untilKeys'> {
  start(client: number, name: string, lease: number): ReturnType<Contest['start']>;
  lock(client: number, name: string, lease: number): ReturnType<Contest['call']>;
  unlock(client: number, key: string): ReturnType<Contest['call']>;
}

function locksOf({ start, call, untilKeys }: Contest): Locks {
  const request = (name: string, lease: number) => ({ name: Buffer.from(name, 'latin1'), lease: BigInt(lease) });
  return {
    start: (client, name, lease) => start(client, LockDefinition, 'lock', request(name, lease)),
    lock: (client, name, lease) => call(client, LockDefinition, 'lock', request(name, lease)),
    unlock: (client, key) => call(client, LockDefinition, 'unlock', { key: Buffer.from(key, 'latin1') }),
    untilKeys,
  };
}

describe('one holder', () => {
  contest('locks, is the same holder with the same lease, unlocks once and again', async (session, locks) => {
    await session.grant(0x1a, 600);
    await locks.lock(0, 'post', 0x1a);
    await session.range(all);
    await locks.lock(1, 'post', 0x1a);
    await locks.unlock(1, 'post/1a');
    await session.range(all);
    await locks.unlock(0, 'post/1a');
    await locks.unlock(0, 'post');
  });

  contest('of names that are empty, not text, or have slashes, with a negative lease', async (session, locks) => {
    await session.grant(-255, 600);
    for (const name of ['', 'a\0b', '\xff\xfe', 'a/b', '/', 'x'.repeat(300)]) await locks.lock(0, name, -255);
    await session.range({ ...all, keysOnly: true });
    await locks.unlock(0, '/-ff');
    await locks.unlock(0, '\xff\xfe/-ff');
    await session.range({ ...all, countOnly: true });
  });

  contest(
    'without a lease gets one of a minute',
    async (session, locks) => {
      await locks.lock(0, 'post', 0);
      await session.range(all);
      await session.leases();
    },
    { exclude: ['key', 'lease', 'ID'] },
  );

  contest('a transaction holds on to it', async (session, locks) => {
    await session.grant(7, 600);
    await locks.lock(0, 'post', 7);
    const guarded = { compare: [cmp.create('post/7', '>', 0)], success: [op.put('a', '1')], failure: [] };
    await session.txn(guarded);
    await locks.unlock(0, 'post/7');
    await session.txn(guarded);
  });

  contest('loses it with its lease', async (session, locks) => {
    await session.grant(7, 600);
    await locks.lock(0, 'post', 7);
    await session.revoke(7);
    await session.range(all);
    await locks.lock(0, 'post', 7);
  });
});

describe('refusals', () => {
  contest('a lease that is not there', async (session, locks) => {
    await locks.lock(0, 'post', 404);
    await locks.lock(0, '', -404);
    await session.range(all);
  });

  contest('no key to unlock', async (session, locks) => {
    await locks.unlock(0, '');
    await session.range(all);
  });
});

describe('two clients', () => {
  contest('the second waits for the first', async (session, locks) => {
    await session.grant(1, 600);
    await session.grant(2, 600);
    await locks.lock(0, 'post', 1);
    const second = locks.start(1, 'post', 2);
    await locks.untilKeys('post/', 2);
    await session.put('meanwhile', '1');
    await session.range({ key: 'post/', rangeEnd: 'post0' });
    await locks.unlock(0, 'post/1');
    await second.answer();
    await session.range({ key: 'post/', rangeEnd: 'post0' });
  });

  contest('the second follows when the lease of the first ends', async (session, locks) => {
    await session.grant(1, 600);
    await session.grant(2, 600);
    await locks.lock(0, 'post', 1);
    const second = locks.start(1, 'post', 2);
    await locks.untilKeys('post/', 2);
    await session.revoke(1);
    await second.answer();
  });

  contest('who gives up waiting leaves nothing', async (session, locks) => {
    await session.grant(1, 600);
    await session.grant(2, 600);
    await locks.lock(0, 'post', 1);
    const second = locks.start(1, 'post', 2);
    await locks.untilKeys('post/', 2);
    second.cancel();
    await locks.untilKeys('post/', 1);
    await session.range(all);
    await second.answer();
  });

  contest('two calls with one lease wait together', async (session, locks) => {
    await session.grant(1, 600);
    await session.grant(2, 600);
    await locks.lock(0, 'post', 1);
    const both = [locks.start(0, 'post', 2), locks.start(1, 'post', 2)];
    await locks.untilKeys('post/', 2);
    await locks.unlock(0, 'post/1');
    for (const each of both) await each.answer();
    await session.range(all);
  });

  contest('a name below another is in its way', async (session, locks) => {
    await session.grant(1, 600);
    await session.grant(2, 600);
    await locks.lock(0, 'a/b', 1);
    const second = locks.start(1, 'a', 2);
    await locks.untilKeys('a/', 2);
    await locks.unlock(0, 'a/b/1');
    await second.answer();
    await locks.lock(0, 'a/b', 1);
  });

  contest(
    'whoever lost the lease while waiting does not get it',
    async (session, locks) => {
      await session.grant(1, 600);
      await session.grant(2, 600);
      await locks.lock(0, 'post', 1);
      const second = locks.start(1, 'post', 2);
      await locks.untilKeys('post/', 2);
      await session.revoke(2);
      await locks.unlock(0, 'post/1');
      await second.answer();
    },
    {
      differs: {
        why: 'before 3.5 it got a lock that nothing holds',
        until: ['3.5.0'],
        ours: (base) => [
          ...[1, 2].map((ID) => ({ header: header(base), ID, TTL: 600, error: '' })),
          { header: header(base + 1), key: 'post/1' },
          { header: header(base + 3) },
          { header: header(base + 4) },
          'UNKNOWN: mutex: session is expired',
        ],
      },
    },
  );
});

describe('three clients', () => {
  contest(
    'in the order in which they came, the one that gives up left out',
    async (session, locks) => {
      const pending = [];
      for (const lease of [1, 2, 3]) await session.grant(lease, 600);
      await locks.lock(0, 'post', 1);
      for (const [client, lease] of [
        [1, 2],
        [2, 3],
      ] as const) {
        pending.push(locks.start(client, 'post', lease));
        await locks.untilKeys('post/', lease);
      }
      pending[0]!.cancel();
      await locks.untilKeys('post/', 2);
      await locks.unlock(0, 'post/1');
      await pending[1]!.answer();
      await session.range(all);
    },
    { clients: 3 },
  );
});
