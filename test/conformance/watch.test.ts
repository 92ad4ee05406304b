import { describe } from 'vitest';
import { conformTo } from './harness/conform.ts';
import { header } from './harness/expected.ts';
import { op } from './harness/message.ts';
import { usePair } from './harness/pair.ts';
import type { Session } from './harness/session.ts';

const conform = conformTo(usePair());
const all = { key: '\0', rangeEnd: '\0' };
const noPut = 0;
const noDelete = 1;

/** Revisions base + 1 … base + 5. */
async function fill(session: Session): Promise<void> {
  await session.put('a', '1');
  await session.put('b', '1');
  await session.put('a', '2');
  await session.txn({ success: [op.put('c', '1'), op.put('b', '2'), op.delete({ key: 'a' })] });
  await session.put('a', '3');
}

describe('from now', () => {
  conform('a put, another, a delete, a new life, each with what was before', async (session) => {
    const watch = session.watch();
    watch.create({ key: 'a', prevKv: true });
    await watch.next();
    await session.put('a', '1');
    await watch.next();
    await session.put('a', '2');
    await watch.next();
    await session.delete({ key: 'a' });
    await watch.next();
    await session.put('a', '3');
    await watch.next();
  });

  conform('without previous versions', async (session) => {
    await session.put('a', '1');
    const watch = session.watch();
    watch.create({ key: 'a' });
    await watch.next();
    await session.put('a', '2');
    await session.delete({ key: 'a' });
    await watch.next(2);
  });

  conform('start at the next revision, by its number', async (session) => {
    await session.put('a', '1');
    const watch = session.watch();
    watch.create({ key: 'a', startRevision: session.base + 2 });
    await watch.next();
    await session.put('a', '2');
    await watch.next();
  });

  conform('ranges: one key, half open, from a key on, all, no key', async (session) => {
    const watch = session.watch();
    const ranges = [
      { key: 'b' },
      { key: 'b', rangeEnd: 'c' },
      { key: 'b', rangeEnd: '\0' },
      all,
      { key: '' },
      { key: '', rangeEnd: '\0' },
      { key: '', rangeEnd: 'b' },
    ];
    for (const range of ranges) {
      watch.create(range);
      await watch.next();
    }
    await session.put('a', '1');
    await watch.nextInAnyOrder(3);
    await session.put('b', '1');
    await watch.nextInAnyOrder(5);
    await session.put('b\0', '1');
    await watch.nextInAnyOrder(4);
    await session.put('c', '1');
    await watch.nextInAnyOrder(3);
    await session.put('\0', '1');
    await watch.nextInAnyOrder(4);
    await session.delete(all);
    await watch.nextInAnyOrder(7);
  });

  conform('a transaction is one message, in the order of its operations', async (session) => {
    for (const key of ['d', 'e', 'f']) await session.put(key, '1');
    const watch = session.watch();
    watch.create({ ...all, prevKv: true });
    await watch.next();
    await session.txn({
      success: [
        op.put('z', '1'),
        op.delete({ key: 'd', rangeEnd: 'f' }),
        op.put('a', '1'),
        op.txn({ success: [op.put('m', '1'), op.delete({ key: 'f' })] }),
        op.put('b', '1'),
      ],
    });
    await watch.next();
  });

  conform('a delete of a range is one message, in key order', async (session) => {
    for (const key of ['c', 'a', 'b']) await session.put(key, key);
    const watch = session.watch();
    watch.create({ ...all, prevKv: true });
    await watch.next();
    await session.delete(all);
    await watch.next();
  });

  conform('nothing is told of what changed nothing', async (session) => {
    const watch = session.watch();
    watch.create(all);
    await watch.next();
    await session.delete({ key: 'none' });
    await session.txn({ success: [op.range(all)] });
    await session.grant(7, 600);
    await session.put('a', '1', { lease: 404 });
    await session.put('a', '1');
    await watch.next();
  });

  conform('leases in events', async (session) => {
    await session.grant(8, 600);
    const watch = session.watch();
    watch.create({ ...all, prevKv: true });
    await watch.next();
    await session.put('a', '1', { lease: 8 });
    await session.put('a', '2', { ignoreLease: true });
    await session.put('b', '1', { lease: 8 });
    await session.revoke(8);
    await watch.next(4);
  });
});

describe('from the past', () => {
  for (const prevKv of [false, true]) {
    conform(`every event from each revision on${prevKv ? ', with what was before' : ''}`, async (session) => {
      await fill(session);
      for (const [start, events] of [
        [1, 7],
        [2, 6],
        [3, 5],
        [4, 4],
        [5, 1],
      ] as const) {
        const watch = session.watch();
        watch.create({ ...all, startRevision: session.base + start, prevKv });
        await watch.next();
        await watch.events(events);
        await session.range(all);
      }
    });
  }

  conform('of one key, then what happens now', async (session) => {
    await fill(session);
    const watch = session.watch();
    watch.create({ key: 'b', startRevision: session.base + 1, prevKv: true });
    await watch.next();
    await watch.events(2);
    await session.put('b', '3');
    await watch.next();
  });

  conform('without an event in it', async (session) => {
    await fill(session);
    const watch = session.watch();
    watch.create({ key: 'x', startRevision: session.base + 1 });
    await watch.next();
    await session.put('x', '1');
    await watch.events(1);
  });

  conform('below a compaction, and above it', async (session) => {
    await fill(session);
    await session.compact(session.base + 4);
    const watch = session.watch();
    watch.create({ ...all, startRevision: session.base + 3 });
    await watch.next(2);
    watch.create({ ...all, startRevision: 1 });
    await watch.next(2);
    const above = session.watch();
    above.create({ ...all, startRevision: session.base + 5, prevKv: true });
    await above.next();
    await above.events(1);
  });

  conform('at a compaction, of puts', async (session) => {
    await session.put('a', '1');
    await session.txn({ success: [op.put('a', '2'), op.put('b', '1')] });
    await session.put('a', '3');
    await session.compact(session.base + 2);
    const watch = session.watch();
    watch.create({ ...all, startRevision: session.base + 2, prevKv: true });
    await watch.next();
    await watch.events(3);
  });

  conform(
    'at a compaction, of a delete',
    async (session) => {
      await session.put('a', '1');
      await session.delete({ key: 'a' });
      await session.compact(session.base + 2, true);
      const watch = session.watch();
      watch.create({ ...all, startRevision: session.base + 2, prevKv: true });
      await watch.next();
      await session.put('b', 'end');
      await watch.events(1);
    },
    {
      differs: {
        why: 'compaction took the delete at its own revision away before 3.4.34 and 3.5.16',
        until: ['3.4.34', '3.5.16'],
        ours: (base) => [
          { header: header(base + 1), prevKv: null },
          { header: header(base + 2), deleted: 1, prevKvs: [] },
          { header: header(base + 2) },
          watchAnswer(base + 2, { created: true }),
          { header: header(base + 3), prevKv: null },
          {
            watchId: 0,
            event: {
              type: 1,
              kv: { key: 'a', createRevision: 0, modRevision: base + 2, version: 0, value: '', lease: 0 },
              prevKv: null,
            },
          },
        ],
      },
    },
  );

  conform('previous versions that are compacted', async (session) => {
    await session.put('a', '1');
    await session.put('a', '2');
    await session.put('b', '1');
    await session.put('a', '3');
    await session.compact(session.base + 3);
    const watch = session.watch();
    watch.create({ ...all, startRevision: session.base + 3, prevKv: true });
    await watch.next();
    await watch.events(2);
  });

  conform('large events, with and without fragments', async (session) => {
    await session.fill('a', 6, 'x'.repeat(700_000));
    for (const fragment of [true, false]) {
      const watch = session.watch();
      watch.create({ key: 'a', startRevision: session.base + 1, fragment });
      await watch.next();
      await watch.cuts(6);
    }
  });
});

describe('from the future', () => {
  conform('silent until then', async (session) => {
    const watch = session.watch();
    watch.create({ ...all, startRevision: session.base + 3, prevKv: true });
    await watch.next();
    for (const value of ['1', '2', '3', '4']) await session.put('a', value);
    await watch.next(2);
  });
});

describe('filters', () => {
  /** Of the events of `fill`. */
  const passing = {
    'no puts': 1,
    'no deletes': 6,
    neither: 0,
    'one that nobody knows': 7,
    'the same twice': 1,
  } as const;

  for (const [name, filters] of [
    ['no puts', [noPut]],
    ['no deletes', [noDelete]],
    ['neither', [noPut, noDelete]],
    ['one that nobody knows', [7]],
    ['the same twice', [noPut, noPut]],
  ] as const) {
    conform(`${name}, live`, async (session) => {
      const [watch, fence] = [session.watch(), session.watch()];
      watch.create({ ...all, filters, prevKv: true });
      await watch.next();
      fence.create(all);
      await fence.next();
      await fill(session);
      await fence.next(5);
      await watch.events(passing[name]);
      watch.create({ key: 'another' });
      await watch.next();
    });
    conform(`${name}, from the past`, async (session) => {
      await fill(session);
      const watch = session.watch();
      watch.create({ ...all, filters, startRevision: session.base + 1, prevKv: true });
      await watch.next();
      await watch.events(passing[name]);
      watch.create({ key: 'b' });
      await watch.next();
      await session.put('b', 'end');
      await watch.nextInAnyOrder(passing[name] >= 6 ? 2 : 1);
    });
  }
});

describe('several on one stream', () => {
  conform('numbered from 0 on; explicit ids are honoured and skipped', async (session) => {
    const watch = session.watch();
    for (const watchId of [0, 2, 0, 0, 7, -3, 0, 2n ** 40n, 0]) {
      watch.create({ key: 'a', watchId });
      await watch.next();
    }
    await session.put('a', '1');
    await watch.nextInAnyOrder(9);
  });

  conform('an id that is in use, and one that is free again', async (session) => {
    const watch = session.watch();
    watch.create({ key: 'a', watchId: 5 });
    await watch.next();
    watch.create({ key: 'b', watchId: 5 });
    await watch.next();
    watch.cancel(5);
    await watch.next();
    watch.create({ key: 'b', watchId: 5 });
    await watch.next();
    await session.put('b', '1');
    await watch.next();
  });

  conform('ids after cancels', async (session) => {
    const watch = session.watch();
    for (let created = 0; created < 3; created++) {
      watch.create({ key: 'a' });
      await watch.next();
    }
    watch.cancel(1);
    await watch.next();
    watch.create({ key: 'a' });
    await watch.next();
    watch.cancel(3);
    await watch.next();
    watch.create({ key: 'a' });
    await watch.next();
    await session.put('a', '1');
    await watch.nextInAnyOrder(3);
  });

  conform('each revision told to each, in order', async (session) => {
    const watch = session.watch();
    for (const range of [all, { key: 'a' }, { key: 'b' }]) {
      watch.create(range);
      await watch.next();
    }
    await session.txn({ success: [op.put('a', '1'), op.put('b', '1')] });
    await session.put('a', '2');
    await session.delete({ key: 'b' });
    await watch.nextInAnyOrder(7);
  });
});

describe('cancel', () => {
  conform('is answered, and nothing follows', async (session) => {
    const watch = session.watch();
    watch.create({ key: 'a' });
    watch.create({ key: 'b' });
    await watch.next(2);
    watch.cancel(0);
    await watch.next();
    await session.put('a', '1');
    await session.put('b', '1');
    await watch.next();
  });

  conform('of what is not there, or not any more, is not answered', async (session) => {
    const watch = session.watch();
    watch.cancel(404);
    watch.create({ key: 'a' });
    await watch.next();
    watch.cancel(0);
    watch.cancel(0);
    watch.cancel(-1);
    watch.create({ key: 'a' });
    await watch.next(2);
  });

  conform('of a watcher from the past and of one from the future', async (session) => {
    await session.put('a', '1');
    const watch = session.watch();
    watch.create({ key: 'b', startRevision: session.base + 1 });
    watch.create({ key: 'b', startRevision: session.base + 1_000 });
    await watch.next(2);
    watch.cancel(0);
    await watch.next();
    watch.cancel(1);
    await watch.next();
  });
});

describe('refused in one message, the stream goes on', () => {
  conform('empty and inverted ranges', async (session) => {
    const watch = session.watch();
    watch.create({ key: 'a', rangeEnd: 'a' });
    await watch.next();
    watch.create({ key: 'b', rangeEnd: 'a' });
    await watch.next();
    watch.create({ key: 'b', rangeEnd: 'a', watchId: 9 });
    await watch.next();
    watch.create({ key: 'a' });
    await watch.next();
    await session.put('a', '1');
    await watch.next();
  });

  conform(
    'negative start revisions',
    async (session) => {
      const watch = session.watch();
      watch.create({ key: 'a', startRevision: -1 });
      await watch.next();
      watch.create({ key: 'a' });
      await watch.next();
    },
    {
      differs: {
        why: 'taken for the next revision before 3.4.38 and 3.5.24',
        until: ['3.4.38', '3.5.24'],
        ours: (base) => [
          watchAnswer(base, {
            created: true,
            canceled: true,
            watchId: -1,
            cancelReason: 'etcdserver: mvcc: required revision has been compacted',
          }),
          watchAnswer(base, { created: true }),
        ],
      },
    },
  );
});

describe('progress', () => {
  conform('asked for: where the stream is', async (session) => {
    await session.put('a', '1');
    const watch = session.watch();
    watch.create({ key: 'a' });
    await watch.next();
    watch.progress();
    await watch.next();
    await session.put('b', '1');
    watch.progress();
    await watch.next();
  });

  conform(
    'asked for without a watcher: no answer',
    async (session) => {
      const watch = session.watch();
      watch.progress();
      watch.create({ key: 'a' });
      await watch.next();
    },
    {
      differs: {
        why: 'answered before 3.5.30',
        until: ['3.5.30'],
        ours: (base) => [watchAnswer(base, { created: true })],
      },
    },
  );

  conform(
    'asked for with a watcher that starts in the future: no answer',
    async (session) => {
      const watch = session.watch();
      watch.create({ key: 'a', startRevision: session.base + 10 });
      await watch.next();
      watch.progress();
      watch.create({ key: 'b' });
      await watch.next();
    },
    {
      differs: {
        why: 'answered before 3.5.30',
        until: ['3.5.30'],
        ours: (base) => [watchAnswer(base, { created: true }), watchAnswer(base, { created: true, watchId: 1 })],
      },
    },
  );
});

describe('the stream', () => {
  conform('goes on when the client has ended its side', async (session) => {
    const watch = session.watch();
    watch.create({ key: 'a' });
    await watch.next();
    watch.halfClose();
    await session.put('a', '1');
    await watch.next();
  });

  conform('takes a request that says nothing', async (session) => {
    const watch = session.watch();
    watch.nothing();
    watch.create({ key: 'a' });
    await watch.next();
  });
});

function watchAnswer(revision: number, fields: object) {
  const empty = { created: false, canceled: false, compactRevision: 0, cancelReason: '', fragment: false, events: [] };
  return { header: header(revision), watchId: 0, ...empty, ...fields };
}
