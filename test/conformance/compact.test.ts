import { describe } from 'vitest';
import { conformTo } from './harness/conform.ts';
import { header } from './harness/expected.ts';
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
