import { describe, expect, test } from 'vitest';
import { conformTo } from './harness/conform.ts';
import { cmp, op, results, type Sign } from './harness/message.ts';
import { usePair } from './harness/pair.ts';
import { openSession, type Session } from './harness/session.ts';

const pair = usePair();
const conform = conformTo(pair);
const all = { key: '\0', rangeEnd: '\0' };
const signs = Object.keys(results) as readonly Sign[];

/** a: version 2, value y, lease 5. b: version 1, value m, no lease. */
async function fill(session: Session): Promise<void> {
  await session.grant(5, 600);
  await session.put('a', 'x');
  await session.put('b', 'm');
  await session.put('a', 'y', { lease: 5 });
}

describe('compares', () => {
  for (const sign of signs) {
    conform(`version ${sign}`, async (session) => {
      await fill(session);
      for (const number of [-1, 0, 1, 2, 3]) await session.txn({ compare: [cmp.version('a', sign, number)] });
    });
    conform(`create revision ${sign}`, async (session) => {
      await fill(session);
      for (const number of [0, 1, 2]) await session.txn({ compare: [cmp.create('a', sign, session.base + number)] });
    });
    conform(`mod revision ${sign}`, async (session) => {
      await fill(session);
      for (const number of [2, 3, 4]) await session.txn({ compare: [cmp.mod('a', sign, session.base + number)] });
    });
    conform(`value ${sign}`, async (session) => {
      await fill(session);
      for (const value of ['', 'x', 'y', 'yy', 'z']) await session.txn({ compare: [cmp.value('a', sign, value)] });
    });
    conform(`lease ${sign}`, async (session) => {
      await fill(session);
      for (const lease of [-1, 0, 5, 6]) {
        await session.txn({ compare: [cmp.lease('a', sign, lease)] });
        await session.txn({ compare: [cmp.lease('b', sign, lease)] });
      }
    });
    conform(`a key that is not there ${sign}`, async (session) => {
      await fill(session);
      for (const number of [-1, 0, 1]) {
        await session.txn({ compare: [cmp.version('x', sign, number)] });
        await session.txn({ compare: [cmp.create('x', sign, number)] });
        await session.txn({ compare: [cmp.mod('x', sign, number)] });
        await session.txn({ compare: [cmp.lease('x', sign, number)] });
      }
      await session.txn({ compare: [cmp.value('x', sign, '')] });
      await session.txn({ compare: [cmp.value('x', sign, 'v')] });
    });
    conform(`ranges ${sign}`, async (session) => {
      await fill(session);
      for (const rangeEnd of ['b', 'c', '\0', 'a']) {
        await session.txn({ compare: [cmp.version('a', sign, 1, { rangeEnd })] });
        await session.txn({ compare: [cmp.mod('a', sign, session.base + 3, { rangeEnd })] });
        await session.txn({ compare: [cmp.create('a', sign, session.base, { rangeEnd })] });
        await session.txn({ compare: [cmp.value('a', sign, 'n', { rangeEnd })] });
        await session.txn({ compare: [cmp.lease('a', sign, 0, { rangeEnd })] });
      }
    });
  }

  conform('nothing to compare with, a value for another target, unknown numbers', async (session) => {
    await fill(session);
    for (const target of [0, 1, 2, 3, 4]) {
      for (const result of [0, 1, 2, 3]) {
        await session.txn({ compare: [cmp.raw({ key: 'a', target, result })] });
        await session.txn({ compare: [cmp.raw({ key: 'x', target, result })] });
        const targetUnion = { $case: 'lease', value: 5n } as const;
        await session.txn({ compare: [cmp.raw({ key: 'a', target, result, targetUnion })] });
      }
    }
    for (const result of [0, 1, 2, 3, 4, 99]) {
      await session.txn({ compare: [cmp.raw({ key: 'a', target: 99, result })] });
      await session.txn({ compare: [cmp.raw({ key: 'x', target: 99, result })] });
    }
    await session.txn({ compare: [cmp.version('a', '=', 77, { result: 99 })] });
  });

  conform('all must hold; none is as good as all', async (session) => {
    await fill(session);
    const [good, bad] = [cmp.version('a', '=', 2), cmp.version('b', '=', 2)];
    for (const compare of [[], [good], [bad], [good, bad], [bad, good], [good, good]]) {
      await session.txn({ compare, success: [op.range({ key: 'a' })], failure: [op.range({ key: 'b' })] });
    }
  });

  conform('a compare of an empty key', async (session) => {
    await session.txn({ compare: [cmp.version('', '=', 0)] });
    await session.txn({ compare: [cmp.version('', '=', 0, { rangeEnd: '\0' })], success: [op.put('a', '1')] });
  });
});

describe('operations', () => {
  conform('nothing at all', async (session) => {
    await session.txn({});
  });

  conform('all at one revision, in order, each seeing those before it', async (session) => {
    await session.put('a', '1');
    await session.txn({
      success: [
        op.range(all),
        op.put('b', '2', { prevKv: true }),
        op.range(all),
        op.put('c', '3'),
        op.range({ ...all, sortOrder: 2 }),
        op.delete({ key: 'a', prevKv: true }),
        op.range({ ...all, countOnly: true }),
      ],
    });
    await session.range(all);
  });

  conform('what is read inside before and after the write, with its header', async (session) => {
    await session.put('a', '1');
    const before = op.range({ key: 'a' });
    await session.txn({ success: [before, op.put('a', '2', { prevKv: true }), op.range({ key: 'a' })] });
    await session.txn({ success: [before, op.delete({ key: 'a', prevKv: true }), op.range({ key: 'a' })] });
    await session.txn({ success: [before, op.delete({ key: 'a', prevKv: true }), op.range({ key: 'a' })] });
  });

  conform('writes nothing: the revision stays', async (session) => {
    await session.put('a', '1');
    await session.txn({ success: [op.range(all)] });
    await session.txn({ success: [op.delete({ key: 'x' })] });
    await session.txn({ compare: [cmp.version('a', '=', 9)], success: [op.put('a', '2')] });
    await session.range(all);
  });

  conform('put, delete and put again of different keys', async (session) => {
    for (const key of ['a', 'b', 'c']) await session.put(key, key);
    await session.txn({ success: [op.delete({ key: 'a', rangeEnd: 'c' }), op.put('c', 'new'), op.put('d', 'new')] });
    await session.range(all);
    await session.range({ ...all, revision: session.base + 3 });
  });

  conform('deletes that overlap', async (session) => {
    for (const key of ['a', 'b', 'c']) await session.put(key, key);
    await session.txn({
      success: [
        op.delete({ key: 'a', rangeEnd: 'c', prevKv: true }),
        op.delete({ key: 'b', prevKv: true }),
        op.delete({ ...all, prevKv: true }),
      ],
    });
  });

  conform('reads at an old revision, the future, what is compacted', async (session) => {
    await session.put('a', '1');
    await session.put('a', '2');
    await session.compact(session.base + 2);
    await session.put('a', '3');
    const { base } = session;
    for (const revision of [base + 1, base + 2, base + 3, base + 4, base + 5, -1]) {
      await session.txn({ success: [op.put('b', 'x'), op.range({ key: 'a', revision })] });
      await session.txn({ success: [op.range({ key: 'a', revision })] });
      await session.range(all);
    }
  });

  conform('reads with limit, order and filters', async (session) => {
    for (const key of ['c', 'a', 'b']) await session.put(key, key);
    await session.txn({
      success: [
        op.put('d', 'd'),
        op.range({ ...all, limit: 2 }),
        op.range({ ...all, sortOrder: 2, sortTarget: 3, limit: 3 }),
        op.range({ ...all, minModRevision: session.base + 3 }),
        op.range({ ...all, keysOnly: true, sortTarget: 4, sortOrder: 1 }),
      ],
    });
  });

  conform('a put that fails takes everything with it', async (session) => {
    await session.put('a', '1');
    for (const bad of [
      op.put('b', '1', { lease: 404 }),
      op.put('b', '', { ignoreValue: true }),
      op.put('b', '1', { ignoreLease: true }),
    ]) {
      await session.txn({ success: [op.put('c', '1'), op.delete({ key: 'a' }), bad] });
      await session.txn({ success: [op.txn({ success: [op.put('c', '1'), bad] })] });
      await session.range(all);
    }
  });

  conform('nobody looks at the state for the branch that is not taken', async (session) => {
    await session.txn({
      success: [op.put('a', '1')],
      failure: [
        op.put('b', '1', { lease: 404 }),
        op.put('c', '', { ignoreValue: true }),
        op.range({ key: 'a', revision: 2 ** 40 }),
      ],
    });
  });

  conform('keeps a value, or a lease, that is put in the same transaction', async (session) => {
    await session.grant(61, 600);
    await session.put('a', '1', { lease: 61 });
    await session.txn({ success: [op.put('a', '', { ignoreValue: true })] });
    await session.range({ key: 'a' });
    await session.txn({ success: [op.put('a', '2', { ignoreLease: true }), op.put('b', '2', { lease: 61 })] });
    await session.range(all);
    await session.timeToLiveOf(61);
  });
});

describe('nested', () => {
  conform('two levels, each with its branch', async (session) => {
    await session.put('a', '1');
    await session.txn({
      compare: [cmp.version('a', '=', 1)],
      success: [
        op.put('b', '2'),
        op.txn({
          compare: [cmp.version('b', '=', 1)],
          success: [op.put('c', 'seen')],
          failure: [op.put('c', 'not seen'), op.txn({ success: [op.range(all)], failure: [op.put('d', 'never')] })],
        }),
        op.range(all),
      ],
    });
    await session.range(all);
  });

  conform('compares see the state from before', async (session) => {
    await session.put('a', '1');
    await session.txn({
      success: [
        op.delete({ key: 'a' }),
        op.txn({
          compare: [cmp.version('a', '=', 0)],
          success: [op.put('b', 'gone')],
          failure: [op.put('b', 'there')],
        }),
        op.txn({ compare: [cmp.value('a', '=', '1')], success: [op.range({ key: 'a' })] }),
      ],
    });
  });

  conform('an empty one, and one that only reads, in one that writes', async (session) => {
    await session.txn({ success: [op.txn({}), op.put('a', '1'), op.txn({}), op.txn({ success: [op.range(all)] })] });
    await session.txn({ success: [op.txn({ success: [op.txn({ success: [op.range(all)] })] })] });
  });

  conform('a future revision inside', async (session) => {
    const future = op.range({ key: 'a', revision: session.base + 2 });
    await session.txn({ success: [op.put('a', '1'), op.txn({ success: [future] })] });
    await session.txn({ success: [op.put('a', '1'), op.txn({ failure: [future] })] });
    await session.range(all);
  });
});

describe('refused', () => {
  conform('two puts of one key, in either branch, in nested ones', async (session) => {
    const [a, b] = [op.put('a', '1'), op.put('b', '1')];
    const txns = [
      { success: [a, b, a] },
      { failure: [a, a] },
      { success: [a, op.txn({ success: [a] })] },
      { success: [op.txn({ success: [a] }), op.txn({ failure: [a] })] },
      { success: [op.txn({ success: [a], failure: [a] })] },
      { success: [a], failure: [a] },
      { success: [op.txn({ success: [op.txn({ failure: [a] })] }), a] },
    ];
    for (const txn of txns) await session.txn(txn);
    await session.range(all);
  });

  conform('a put inside a delete', async (session) => {
    const a = op.put('b', '1');
    const deletes = [
      op.delete({ key: 'b' }),
      op.delete({ key: 'a', rangeEnd: 'c' }),
      op.delete({ key: 'a', rangeEnd: 'b' }),
      op.delete({ key: 'b', rangeEnd: '\0' }),
      op.delete(all),
      op.delete({ key: 'c', rangeEnd: 'a' }),
    ];
    for (const each of deletes) {
      await session.txn({ success: [a, each] });
      await session.txn({ success: [each, a] });
      await session.txn({ success: [op.txn({ success: [each] }), a] });
      await session.txn({ success: [op.txn({ success: [a] }), each] });
      await session.txn({ success: [op.txn({ success: [a] }), op.txn({ success: [each] })] });
      await session.txn({ success: [op.txn({ success: [each] }), op.txn({ success: [a] })] });
      await session.txn({ success: [a], failure: [each] });
    }
    await session.range(all);
  });

  conform('too many operations', async (session) => {
    const reads = (count: number) => Array.from({ length: count }, () => op.range({ key: 'a', countOnly: true }));
    const compares = (count: number) => Array.from({ length: count }, () => cmp.version('a', '=', 0));
    for (const count of [127, 128, 129]) {
      await session.txn({ success: reads(count) });
      await session.txn({ failure: reads(count) });
      await session.txn({ compare: compares(count) });
      await session.txn({ success: [op.txn({ success: reads(count) })] });
    }
    await session.txn({ success: [op.txn({ success: reads(120) })], failure: reads(8) });
    await session.txn({ success: [op.txn({ success: reads(120) })], failure: reads(9) });
  });

  conform('what is found first', async (session) => {
    const many = Array.from({ length: 129 }, () => op.empty());
    await session.txn({ compare: [cmp.version('', '=', 0)], success: many });
    await session.txn({ compare: [cmp.version('', '=', 0)], success: [op.empty()] });
    await session.txn({ success: [op.empty()], failure: [op.put('', '1')] });
    await session.txn({ success: [op.txn({ success: [op.range({ key: '' })] }), op.empty()] });
    await session.txn({ success: [op.put('a', '1'), op.put('a', '1'), op.delete({ key: '' })] });
    await session.txn({ success: [op.put('a', '1', { lease: 3, ignoreLease: true })] });
    await session.txn({ success: [op.put('a', '1', { ignoreValue: true })] });
    await session.txn({ success: [op.put('a', '1')], failure: [op.put('b', '1', { ignoreValue: true })] });
    await session.range(all);
  });

  conform(
    'an order that is none',
    async (session) => {
      await session.txn({ success: [op.put('a', '1'), op.range({ ...all, sortOrder: 9 })] });
      await session.txn({ success: [op.put('a', '1'), op.empty(), op.range({ ...all, sortOrder: 9 })] });
    },
    {
      differs: {
        why: 'refused from 3.6 on, ignored before',
        until: ['3.6.0'],
        ours: () => [
          'INVALID_ARGUMENT: etcdserver: invalid sort option',
          'INVALID_ARGUMENT: etcdserver: key not found',
        ],
      },
    },
  );

  conform(
    'a read of the future before a lease that is not there',
    async (session) => {
      const read = op.range({ key: 'a', revision: session.base + 1_000 });
      await session.txn({ success: [read, op.put('a', '1', { lease: 404 })] });
      await session.txn({ success: [op.put('a', '1', { lease: 404 }), read] });
    },
    {
      differs: {
        why: 'in the order of the operations from 3.6 on, puts first before',
        until: ['3.6.0'],
        ours: () => [
          'OUT_OF_RANGE: etcdserver: mvcc: required revision is a future revision',
          'NOT_FOUND: etcdserver: requested lease not found',
        ],
      },
    },
  );
});

/** What ends an etcd is not tried on one. */
describe('what etcd does not survive', () => {
  test('a put that keeps what the transaction deleted before: kept is what was there before the transaction', async () => {
    const base = await pair.reset();
    const session = openSession(pair.ours().client, { exclude: [], base });
    await session.put('b', 'kept');
    expect(await session.txn({ success: [op.delete(all), op.put('b', '', { ignoreValue: true })] })).toMatchObject({
      succeeded: true,
      responses: [{ response: { value: { deleted: 1 } } }, {}],
    });
    expect(await session.range({ key: 'b' })).toMatchObject({
      kvs: [{ value: 'kept', createRevision: base + 2, modRevision: base + 2, version: 1 }],
    });
    session.close();
  });
});

describe('forms that clients build locks and queues of', () => {
  conform('take when nobody has it, else who has it', async (session) => {
    await session.grant(71, 600);
    await session.grant(72, 600);
    const take = (lease: number) =>
      session.txn({
        compare: [cmp.create('lock', '=', 0)],
        success: [op.put('lock', String(lease), { lease })],
        failure: [op.range({ key: 'lock' })],
      });
    await take(71);
    await take(72);
    await session.revoke(71);
    await take(72);
  });

  conform('what is oldest under a prefix, and who waits before', async (session) => {
    for (const key of ['q/c', 'q/a', 'q/b']) await session.put(key, key);
    const oldest = { key: 'q/', rangeEnd: 'q0', sortTarget: 2, sortOrder: 1, limit: 1 };
    await session.range(oldest);
    await session.range({ ...oldest, maxCreateRevision: session.base + 1 });
    await session.range({ ...oldest, sortOrder: 2, maxCreateRevision: session.base + 2 });
    await session.txn({ success: [op.delete({ key: 'q/c', prevKv: true }), op.range(oldest)] });
  });

  conform('compare and swap by value, by version, by lease, by creation', async (session) => {
    await session.grant(73, 600);
    await session.put('a', 'one', { lease: 73 });
    const { base } = session;
    for (const [index, compare] of [
      cmp.value('a', '=', 'one'),
      cmp.value('a', '=', 'one'),
      cmp.version('a', '=', 2),
      cmp.version('a', '<', 3),
      cmp.lease('a', '=', 73),
      cmp.lease('a', '=', 0),
      cmp.create('a', '=', base + 1),
      cmp.create('a', '>', base + 1),
      cmp.mod('a', '<', base + 4),
      cmp.mod('a', '>', base + 4),
    ].entries()) {
      await session.txn({ compare: [compare], success: [op.put('a', `${index}`)], failure: [op.range({ key: 'a' })] });
    }
  });

  conform('move a key: put under another, deleted under the first', async (session) => {
    await session.put('from', 'value');
    const move = () =>
      session.txn({
        compare: [cmp.version('from', '>', 0), cmp.version('to', '=', 0)],
        success: [op.put('to', 'value'), op.delete({ key: 'from', prevKv: true })],
        failure: [op.range({ key: 'from' }), op.range({ key: 'to' })],
      });
    await move();
    await move();
    await session.range(all);
  });
});

describe('compares of ranges', () => {
  conform('hold for every key in them, or for none that is there', async (session) => {
    for (const [key, value] of [
      ['k/a', 'x'],
      ['k/b', 'x'],
      ['k/c', 'y'],
    ] as const)
      await session.put(key, value);
    const inK = { rangeEnd: 'k0' };
    for (const compare of [
      cmp.value('k/', '=', 'x', inK),
      cmp.value('k/', '<', 'z', inK),
      cmp.value('k/', '!=', 'y', inK),
      cmp.version('k/', '=', 1, inK),
      cmp.mod('k/', '<', session.base + 3, inK),
      cmp.create('k/', '>', session.base, inK),
      cmp.lease('k/', '=', 0, inK),
      cmp.value('m/', '=', 'x', { rangeEnd: 'm0' }),
      cmp.version('m/', '=', 0, { rangeEnd: 'm0' }),
      cmp.version('m/', '>', 0, { rangeEnd: 'm0' }),
      cmp.mod('k/b', '>', 0, { rangeEnd: '\0' }),
      cmp.version('\0', '=', 1, { rangeEnd: '\0' }),
    ])
      await session.txn({ compare: [compare] });
  });
});

describe('headers', () => {
  conform('of reads, writes and nothing, at the top and inside', async (session) => {
    await session.put('a', '1');
    await session.txn({ success: [op.range({ key: 'a' }), op.txn({ success: [op.range({ key: 'a' })] })] });
    await session.txn({ success: [op.put('b', '1'), op.range({ key: 'a' }), op.txn({ success: [op.put('c', '1')] })] });
    await session.txn({ success: [op.delete({ key: 'none' }), op.range({ key: 'a' }), op.put('d', '1')] });
    await session.txn({ success: [op.delete({ key: 'none' })] });
    await session.txn({ success: [op.range({ key: 'a' }), op.delete({ key: 'a' }), op.delete({ key: 'a' })] });
  });
});
