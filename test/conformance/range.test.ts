import { describe } from 'vitest';
import { conformTo } from './harness/conform.ts';
import { header } from './harness/expected.ts';
import { op } from './harness/message.ts';
import { usePair } from './harness/pair.ts';
import type { Session } from './harness/session.ts';

const conform = conformTo(usePair());
const all = { key: '\0', rangeEnd: '\0' };

/** Keys whose orders by key, value, version, creation and change all differ. */
async function fill(session: Session): Promise<void> {
  for (const [key, value] of [
    ['d', '1'],
    ['a', '3'],
    ['c', '2'],
    ['b', '4'],
  ] as const)
    await session.put(key, value);
  await session.put('d', '1');
  await session.put('d', '1b');
  await session.put('a', '0');
}

describe('one key', () => {
  conform('a key that is there, one that is not, one that was', async (session) => {
    await session.put('a', '1');
    await session.range({ key: 'a' });
    await session.range({ key: 'b' });
    await session.delete({ key: 'a' });
    await session.range({ key: 'a' });
  });

  conform('versions and revisions through puts, a delete and a new life', async (session) => {
    for (const value of ['1', '2', '2']) await session.put('a', value);
    await session.range({ key: 'a' });
    await session.delete({ key: 'a' });
    await session.put('a', '3');
    await session.range({ key: 'a' });
  });

  conform('keys and values of any bytes, and an empty value', async (session) => {
    const every = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');
    await session.put(every, every);
    await session.put('\xff', '');
    await session.put('\0', '\0');
    await session.range(all);
    await session.range({ key: '\xff' });
  });

  conform('an empty key, with and without an end', async (session) => {
    await session.put('a', '1');
    await session.range({ key: '' });
    await session.range({ key: '', rangeEnd: 'z' });
    await session.range({ key: '', rangeEnd: '\0' });
  });

  conform('serializable', async (session) => {
    await session.put('a', '1');
    await session.range({ key: 'a', serializable: true });
  });
});

describe('ranges', () => {
  conform('half open, by prefix, from a key on, everything', async (session) => {
    for (const key of ['a', 'ab', 'b', 'b\0', 'b\xff', 'c']) await session.put(key, key);
    await session.range({ key: 'a', rangeEnd: 'b' });
    await session.range({ key: 'b', rangeEnd: 'c' });
    await session.range({ key: 'b', rangeEnd: '\0' });
    await session.range({ key: 'b\0', rangeEnd: 'b\xff' });
    await session.range(all);
  });

  conform('empty and inverted', async (session) => {
    for (const key of ['a', 'b']) await session.put(key, key);
    await session.range({ key: 'a', rangeEnd: 'a' });
    await session.range({ key: 'b', rangeEnd: 'a' });
    await session.range({ key: 'x', rangeEnd: 'z' });
    await session.range({ key: 'b', rangeEnd: 'a', countOnly: true });
  });

  conform('limits, negative ones too', async (session) => {
    await fill(session);
    for (const limit of [-5, -1, 0, 1, 2, 3, 4, 5]) await session.range({ ...all, limit });
  });

  conform('keys only, count only', async (session) => {
    await fill(session);
    await session.range({ ...all, keysOnly: true });
    await session.range({ ...all, keysOnly: true, limit: 2 });
    await session.range({ ...all, countOnly: true });
    await session.range({ ...all, countOnly: true, limit: 2 });
    await session.range({ ...all, countOnly: true, keysOnly: true });
    await session.range({ key: 'a', countOnly: true });
    await session.range({ key: 'x', countOnly: true });
  });
});

describe('order', () => {
  for (const [order, sortOrder] of [
    ['none', 0],
    ['ascending', 1],
    ['descending', 2],
  ] as const) {
    for (const [target, sortTarget] of [
      ['key', 0],
      ['create revision', 2],
      ['mod revision', 3],
      ['value', 4],
    ] as const) {
      conform(`${order} by ${target}`, async (session) => {
        await fill(session);
        const sorted = { ...all, sortOrder, sortTarget };
        await session.range(sorted);
        for (const limit of [1, 2, 3, 4]) await session.range({ ...sorted, limit });
        await session.range({ ...sorted, keysOnly: true, limit: 2 });
        await session.range({ ...sorted, countOnly: true, limit: 2 });
        await session.range({ ...sorted, minModRevision: session.base + 3, limit: 1 });
        await session.range({ ...sorted, revision: session.base + 4, limit: 3 });
      });
    }

    conform(`${order} by version`, async (session) => {
      for (const [key, puts] of [
        ['a', 3],
        ['b', 1],
        ['c', 4],
        ['d', 2],
      ] as const) {
        for (let put = 0; put < puts; put++) await session.put(key, String(put));
      }
      const sorted = { ...all, sortOrder, sortTarget: 1 };
      await session.range(sorted);
      for (const limit of [1, 2, 3, 4]) await session.range({ ...sorted, limit });
    });
  }

  conform(
    'an order that is none',
    async (session) => {
      await session.put('a', '1');
      await session.range({ ...all, sortOrder: 99 });
      await session.range({ key: 'a', sortOrder: 3 });
      await session.range({ key: '', sortOrder: 3 });
    },
    {
      differs: {
        why: 'refused from 3.6 on, ignored before',
        until: ['3.6.0'],
        ours: (base) => [
          { header: header(base + 1), prevKv: null },
          'INVALID_ARGUMENT: etcdserver: invalid sort option',
          'INVALID_ARGUMENT: etcdserver: invalid sort option',
          'INVALID_ARGUMENT: etcdserver: key is not provided',
        ],
      },
    },
  );
});

describe('a target that is none', () => {
  conform(
    'is refused, before anything is read',
    async (session) => {
      await session.put('a', '1');
      await session.range({ ...all, sortTarget: 99 });
      await session.range({ ...all, sortTarget: 5, sortOrder: 1, revision: session.base + 100 });
      await session.range({ key: '', sortTarget: -1 });
      await session.txn({ success: [op.put('b', '1'), op.range({ ...all, sortTarget: 99, sortOrder: 2 })] });
      await session.range(all);
    },
    { spared: { before: '3.6.0', why: 'it ends them' } },
  );
});

describe('filters', () => {
  conform('by revision of change and of creation, with limits', async (session) => {
    await fill(session);
    const { base } = session;
    for (const bound of [base, base + 2, base + 4, base + 7, base + 8]) {
      for (const filter of ['minModRevision', 'maxModRevision', 'minCreateRevision', 'maxCreateRevision']) {
        await session.range({ ...all, [filter]: bound });
        await session.range({ ...all, [filter]: bound, limit: 1 });
        await session.range({ ...all, [filter]: bound, countOnly: true });
      }
    }
    await session.range({ ...all, minModRevision: base + 3, maxModRevision: base + 6, maxCreateRevision: base + 3 });
  });

  conform('bounds below zero', async (session) => {
    await fill(session);
    for (const filter of ['minModRevision', 'maxModRevision', 'minCreateRevision', 'maxCreateRevision']) {
      await session.range({ ...all, [filter]: -1 });
    }
  });
});

describe('revisions', () => {
  conform('what was, under the header of now', async (session) => {
    await fill(session);
    await session.delete({ key: 'b', rangeEnd: 'd' });
    for (let back = 0; back <= 8; back++) await session.range({ ...all, revision: session.base + back });
    await session.range({ key: 'd', revision: session.base + 2, keysOnly: true });
    await session.range({ ...all, revision: session.base + 3, countOnly: true });
  });

  conform('negative ones are now', async (session) => {
    await session.put('a', '1');
    await session.put('a', '2');
    await session.range({ key: 'a', revision: -1 });
    await session.range({ key: 'a', revision: -1000 });
  });

  conform('the future', async (session) => {
    await session.put('a', '1');
    await session.range({ key: 'a', revision: session.base + 2 });
    await session.range({ key: 'none', revision: session.base + 2000 });
    await session.range({ ...all, countOnly: true, revision: session.base + 2 });
    await session.range({ key: 'a', revision: 2 ** 53 });
  });

  conform('below, at and above a compaction', async (session) => {
    await fill(session);
    await session.delete({ key: 'c' });
    await session.compact(session.base + 8);
    for (const back of [1, 7, 8]) await session.range({ ...all, revision: session.base + back });
    await session.range({ key: 'c', revision: session.base + 8 });
    await session.range({ ...all, revision: session.base + 7, countOnly: true });
    await session.range({ ...all, revision: -1 });
    await session.range(all);
  });
});

describe('several things at once', () => {
  conform('filters come before order, order before the limit; what is counted knows neither', async (session) => {
    await fill(session);
    const { base } = session;
    for (const [sortTarget, sortOrder] of [
      [2, 1],
      [2, 2],
      [3, 2],
      [4, 1],
    ] as const) {
      for (const limit of [0, 1, 2, 3]) {
        await session.range({ ...all, sortTarget, sortOrder, limit, maxModRevision: base + 6 });
        await session.range({ ...all, sortTarget, sortOrder, limit, minCreateRevision: base + 2, keysOnly: true });
      }
    }
  });

  conform('filters that let nothing through', async (session) => {
    await fill(session);
    const { base } = session;
    await session.range({ ...all, minModRevision: base + 6, maxModRevision: base + 5 });
    await session.range({ ...all, minCreateRevision: base + 5, limit: 1 });
    await session.range({ ...all, minModRevision: 2n ** 62n, limit: 2, sortOrder: 2 });
    await session.range({ key: 'a', maxModRevision: base });
    await session.range({ key: 'a', maxModRevision: base, countOnly: true });
  });

  conform('keys only, in the order of values that nobody sees', async (session) => {
    await fill(session);
    for (const sortOrder of [0, 1, 2]) {
      await session.range({ ...all, sortTarget: 4, sortOrder, keysOnly: true });
      await session.range({ ...all, sortTarget: 4, sortOrder, keysOnly: true, limit: 3 });
    }
  });

  conform('one key, with everything that makes sense for many', async (session) => {
    await fill(session);
    const { base } = session;
    await session.range({ key: 'a', limit: 1, sortOrder: 2, sortTarget: 3 });
    await session.range({ key: 'a', limit: 1, revision: base + 3, keysOnly: true });
    await session.range({ key: 'a', minModRevision: base + 8 });
    await session.range({ key: 'a', minModRevision: base, maxModRevision: base + 7, countOnly: true });
    await session.range({ key: 'a', revision: base + 1 });
    await session.range({ key: 'a', rangeEnd: 'a\0', limit: 1 });
  });

  conform('what was, sorted, filtered and limited', async (session) => {
    await fill(session);
    await session.delete({ key: 'a' });
    const { base } = session;
    for (const revision of [base + 2, base + 4, base + 6, base + 7, base + 8]) {
      await session.range({ ...all, revision, sortTarget: 3, sortOrder: 2, limit: 2 });
      await session.range({ ...all, revision, minModRevision: base + 3, limit: 1 });
      await session.range({ ...all, revision, maxCreateRevision: base + 2, countOnly: true });
    }
  });

  conform('serializable, at revisions that are, will be, are not any more', async (session) => {
    await fill(session);
    await session.compact(session.base + 3);
    for (const back of [2, 3, 7, 8]) {
      await session.range({ ...all, serializable: true, revision: session.base + back, limit: 2 });
    }
    await session.range({ key: '', serializable: true });
  });
});

describe('keys beside keys', () => {
  conform('ends of ranges that are keys, prefixes of keys, or neither', async (session) => {
    const keys = ['a', 'a\0', 'a\0\0', 'a\x01', 'aa', 'a\xff', 'a\xff\xff', 'b'];
    for (const key of keys) await session.put(key, '');
    for (const key of keys) {
      for (const rangeEnd of ['a\0', 'a\x01', 'a\xff', 'b', '\0']) {
        await session.range({ key, rangeEnd, keysOnly: true });
      }
    }
  });

  conform('as many as a page of a list, and one more', async (session) => {
    await session.txn({ success: Array.from({ length: 101 }, (_, index) => op.put(`k${1_000 + index}`, '')) });
    for (const limit of [99, 100, 101, 102]) {
      await session.range({ key: 'k', rangeEnd: 'l', limit, keysOnly: true });
      await session.range({ key: 'k1001', rangeEnd: 'l', limit, countOnly: true });
    }
    await session.range({ key: 'k1050\0', rangeEnd: 'l', limit: 50, revision: session.base + 1 });
  });
});
