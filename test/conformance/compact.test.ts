import { describe } from 'vitest';
import { conformTo } from './harness/conform.ts';
import { header } from './harness/expected.ts';
import { cmp, op } from './harness/message.ts';
import { usePair } from './harness/pair.ts';
import type { Session } from './harness/session.ts';

const conform = conformTo(usePair());
const all = { key: '\0', rangeEnd: '\0' };

async function fill(session: Session): Promise<void> {
  for (const value of ['1', '2', '3']) await session.put('a', value);
  await session.put('b', '1');
  await session.delete({ key: 'b' });
}

// The first of all: only a store that was never compacted answers so.
describe('a store that was never compacted', () => {
  conform('is at revision 1, reads there, watches from there', async (session) => {
    await session.range(all);
    await session.range({ ...all, revision: 1 });
    await session.range({ ...all, revision: 2 });
    await session.txn({ success: [] });
    await session.compact(2);
  });

  conform('takes 0 and refuses what is negative', async (session) => {
    await session.compact(-1);
    await session.compact(0);
    await session.compact(-1);
  });

  conform(
    'takes 0 again',
    async (session) => {
      await session.compact(0);
    },
    {
      differs: {
        why: 'etcd counts a compaction at 0 as one, and refuses the second; here nothing is gone and nothing is recorded',
        ours: (base) => [{ header: header(base) }],
      },
    },
  );

  conform('refuses 0 once it was compacted', async (session) => {
    await session.compact(session.base);
    await session.compact(0);
    await session.compact(-1);
  });
});

describe('compact', () => {
  conform('moves no revision; what is below is gone, what is at it is not', async (session) => {
    await fill(session);
    await session.compact(session.base + 2);
    await session.range({ ...all, revision: session.base + 1 });
    await session.range({ ...all, revision: session.base + 2 });
    await session.range({ ...all, revision: session.base + 3 });
    await session.range(all);
  });

  conform('the same, one below, one above', async (session) => {
    await fill(session);
    await session.compact(session.base + 3);
    await session.compact(session.base + 3);
    await session.compact(session.base + 2);
    await session.compact(session.base + 4);
    await session.compact(0);
    await session.compact(-7);
  });

  conform('at the current revision, and in the future', async (session) => {
    await fill(session);
    await session.compact(session.base + 6);
    await session.compact(session.base + 5);
    await session.range({ ...all, revision: session.base + 5 });
    await session.range({ ...all, revision: session.base + 4 });
    await session.compact(2 ** 53);
  });

  conform('physical', async (session) => {
    await fill(session);
    await session.compact(session.base + 4, true);
    await session.range({ ...all, revision: session.base + 4 });
    await session.range({ ...all, revision: session.base + 3 });
  });

  conform('of a deletion: a key deleted at it is not there', async (session) => {
    await fill(session);
    await session.compact(session.base + 5);
    await session.range({ key: 'b', revision: session.base + 5 });
    await session.put('b', 'again');
    await session.range({ key: 'b' });
  });
});

describe('after a compaction', () => {
  conform('writes and reads go on, also of what was compacted away', async (session) => {
    await fill(session);
    await session.compact(session.base + 5);
    await session.put('b', 'again', { prevKv: true });
    await session.put('a', '4', { prevKv: true });
    await session.range({ ...all, revision: session.base + 5 });
    await session.range({ ...all, revision: session.base + 6 });
    await session.compact(session.base + 6);
    await session.range({ ...all, revision: session.base + 6 });
    await session.range({ ...all, revision: session.base + 5 });
  });

  conform('versions and creations are as before', async (session) => {
    await fill(session);
    await session.compact(session.base + 5, true);
    await session.range(all);
    await session.put('a', '4');
    await session.txn({ compare: [cmp.version('a', '=', 4), cmp.create('a', '=', session.base + 1)] });
    await session.range({ ...all, minCreateRevision: session.base + 2 });
  });

  conform('inside of transactions: what is compacted takes everything with it', async (session) => {
    await fill(session);
    await session.compact(session.base + 3);
    await session.txn({ success: [op.put('c', '1'), op.range({ ...all, revision: session.base + 2 })] });
    await session.txn({ failure: [op.range({ ...all, revision: session.base + 2 })] });
    await session.txn({
      compare: [cmp.version('a', '>', 0)],
      success: [op.range({ ...all, revision: session.base + 3 }), op.range({ key: 'a' })],
      failure: [op.range({ ...all, revision: 1 })],
    });
    await session.range(all);
  });

  conform('a synced watcher notices nothing, and none begins below', async (session) => {
    const watch = session.watch();
    watch.create({ ...all, prevKv: true });
    await watch.next();
    await fill(session);
    await watch.next(5);
    await session.compact(session.base + 5);
    await session.put('a', '4');
    await watch.next();
    watch.create({ ...all, startRevision: session.base + 4 });
    await watch.next(2);
    await session.delete({ key: 'a' });
    await watch.next();
  });

  conform('leases keep their keys', async (session) => {
    await session.grant(51, 600);
    await session.put('a', '1', { lease: 51 });
    await session.put('a', '2', { lease: 51 });
    await session.put('b', '1', { lease: 51 });
    await session.compact(session.base + 3, true);
    await session.timeToLiveOf(51);
    await session.range(all);
    await session.revoke(51);
    await session.range(all);
    await session.range({ ...all, revision: session.base + 3 });
  });

  conform('again and again, each a revision further', async (session) => {
    await fill(session);
    for (let further = 1; further <= 5; further++) {
      await session.compact(session.base + further);
      await session.range({ ...all, revision: session.base + further });
      await session.range({ ...all, revision: session.base + further - 1 });
    }
  });
});
