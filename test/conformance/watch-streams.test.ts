import { describe } from 'vitest';
import { conformTo } from './harness/conform.ts';
import { op } from './harness/message.ts';
import { usePair } from './harness/pair.ts';
import type { Session } from './harness/session.ts';
import { startT4InProcess } from './harness/t4-in-process.ts';

/** Watch streams that hold much at once: many watchers, large messages, reports of progress. */

/** Short, so that reports come by themselves while a test waits. */
const reportMs = 400;
const conform = conformTo(
  usePair(() => startT4InProcess({ node: { watchProgressNotifyIntervalMs: reportMs } }), {
    etcdArguments: [`--experimental-watch-progress-notify-interval=${reportMs}ms`],
  }),
);
const all = { key: '\0', rangeEnd: '\0' };
const noPut = 0;
const noDelete = 1;
const large = 'x'.repeat(700_000);

describe('where a watch starts', () => {
  conform('at the revision that is current: it is told again', async (session) => {
    await session.put('a', '1');
    await session.put('a', '2');
    const watch = session.watch();
    watch.create({ key: 'a', startRevision: session.base + 2, prevKv: true });
    await watch.next();
    await watch.events(1);
    await session.put('a', '3');
    await watch.next();
  });

  conform('in the middle of a transaction there is no start', async (session) => {
    await session.txn({ success: [op.put('a', '1'), op.put('b', '1'), op.put('c', '1')] });
    await session.txn({ success: [op.delete({ key: 'b' }), op.put('a', '2')] });
    for (const start of [1, 2]) {
      const watch = session.watch();
      watch.create({ ...all, startRevision: session.base + start });
      await watch.next();
      await watch.events(start === 1 ? 5 : 2);
    }
  });

  conform('in the future, that a transaction reaches, with what was before', async (session) => {
    await session.put('a', '0');
    const watch = session.watch();
    watch.create({ ...all, startRevision: session.base + 4, prevKv: true });
    await watch.next();
    await session.put('a', '1');
    await session.txn({ success: [op.put('a', '2'), op.put('b', '2')] });
    await session.txn({ success: [op.delete({ key: 'a' }), op.put('b', '3'), op.put('c', '1')] });
    await watch.next();
    await session.delete({ key: 'b' });
    await watch.next();
  });

  conform('in the future, filtered', async (session) => {
    const watch = session.watch();
    watch.create({ ...all, startRevision: session.base + 3, filters: [noPut], prevKv: true });
    watch.create({ ...all, startRevision: session.base + 3, filters: [noDelete] });
    await watch.next(2);
    await session.put('a', '1');
    await session.delete({ key: 'a' });
    await session.put('a', '2');
    await watch.next();
    await session.delete({ key: 'a' });
    await watch.next();
  });

  conform('far in the future, which never comes', async (session) => {
    const watch = session.watch();
    for (const startRevision of [2 ** 53, 2n ** 62n, 2n ** 63n - 1n]) {
      watch.create({ ...all, startRevision });
      await watch.next();
    }
    await session.put('a', '1');
    watch.create({ key: 'a' });
    await watch.next();
    await session.put('a', '2');
    await watch.next();
  });

  conform('from now, after everything was compacted', async (session) => {
    await session.put('a', '1');
    await session.put('a', '2');
    await session.compact(session.base + 2);
    const watch = session.watch();
    watch.create({ key: 'a', prevKv: true });
    await watch.next();
    await session.put('a', '3');
    await watch.next();
    await session.delete({ key: 'a' });
    await watch.next();
  });
});

describe('many watchers', () => {
  conform('of one key, each with its own wishes', async (session) => {
    await session.put('a', '1');
    const watch = session.watch();
    for (const wishes of [{}, { prevKv: true }, { filters: [noPut] }, { filters: [noDelete] }, { fragment: true }]) {
      watch.create({ key: 'a', ...wishes });
      await watch.next();
    }
    await session.put('a', '2');
    await watch.nextInAnyOrder(4);
    await session.delete({ key: 'a' });
    await watch.nextInAnyOrder(4);
  });

  conform('a hundred of them, told of each revision once', async (session) => {
    const watch = session.watch();
    for (let index = 0; index < 100; index++) watch.create({ key: `k${index % 10}` });
    await watch.next(100);
    await session.txn({ success: [op.put('k0', '1'), op.put('k7', '1')] });
    await watch.nextInAnyOrder(20);
    await session.delete({ key: 'k', rangeEnd: 'l' });
    await watch.nextInAnyOrder(20);
  });

  conform('one from the past, one from now, one from the future', async (session) => {
    await session.put('a', '1');
    await session.put('a', '2');
    const watch = session.watch();
    watch.create({ key: 'a', startRevision: session.base + 1 });
    await watch.next();
    await watch.events(2);
    watch.create({ key: 'a' });
    await watch.next();
    watch.create({ key: 'a', startRevision: session.base + 4 });
    await watch.next();
    await session.put('a', '3');
    await watch.nextInAnyOrder(2);
    await session.put('a', '4');
    await watch.nextInAnyOrder(3);
  });

  conform('two streams know nothing of each other', async (session) => {
    const [first, second] = [session.watch(), session.watch()];
    for (const watch of [first, second]) {
      watch.create({ key: 'a', watchId: 3 });
      await watch.next();
    }
    first.cancel(3);
    await first.next();
    await session.put('a', '1');
    await second.next();
    first.create({ key: 'a', watchId: 3 });
    await first.next();
    await session.put('a', '2');
    await first.next();
    await second.next();
  });

  conform('one that is refused does not use its id up', async (session) => {
    const watch = session.watch();
    watch.create({ key: 'b', rangeEnd: 'a' });
    await watch.next();
    watch.create({ key: 'b', rangeEnd: 'a', watchId: 4 });
    await watch.next();
    watch.create({ key: 'a', watchId: 4 });
    await watch.next();
    watch.create({ key: 'a' });
    await watch.next();
    await session.put('a', '1');
    await watch.nextInAnyOrder(2);
  });

  conform('one whose start is compacted is over, its id is free again', async (session) => {
    await session.put('a', '1');
    await session.put('a', '2');
    await session.compact(session.base + 2);
    const watch = session.watch();
    watch.create({ key: 'a', startRevision: session.base + 1, watchId: 6 });
    await watch.next(2);
    watch.cancel(6);
    watch.create({ key: 'a', watchId: 6 });
    await watch.next();
    await session.put('a', '3');
    await watch.next();
  });
});

describe('what one revision tells', () => {
  conform('keys of a lease, in key order, to whoever watches some of them', async (session) => {
    await session.grant(9, 600);
    for (const key of ['c', 'a', 'b']) await session.put(key, key, { lease: 9 });
    const watch = session.watch();
    for (const range of [all, { key: 'b' }, { key: 'b', rangeEnd: '\0' }]) {
      watch.create({ ...range, prevKv: true });
      await watch.next();
    }
    await session.revoke(9);
    await watch.nextInAnyOrder(3);
  });

  conform('of a transaction, to a filter, only what passes', async (session) => {
    for (const key of ['a', 'b']) await session.put(key, '1');
    const watch = session.watch();
    for (const filters of [[noPut], [noDelete]]) {
      watch.create({ ...all, filters, prevKv: true });
      await watch.next();
    }
    await session.txn({ success: [op.put('c', '1'), op.delete({ key: 'a', rangeEnd: 'c' }), op.put('d', '1')] });
    await watch.nextInAnyOrder(2);
  });

  conform('the same key deleted and put in a branch each, only what was done', async (session) => {
    await session.put('a', '1');
    const watch = session.watch();
    watch.create({ ...all, prevKv: true });
    await watch.next();
    const branches = { success: [op.put('a', '2')], failure: [op.delete({ key: 'a' })] };
    await session.txn(branches);
    await watch.next();
    await session.txn({ success: [op.txn(branches), op.put('b', '1')] });
    await watch.next();
  });

  conform('versions and revisions of a key that lives twice', async (session) => {
    const watch = session.watch();
    watch.create({ key: 'a', prevKv: true });
    await watch.next();
    for (const value of ['1', '2']) await session.put('a', value);
    await session.delete({ key: 'a' });
    for (const value of ['3', '4']) await session.put('a', value);
    await watch.next(5);
  });

  conform('128 puts in one message', async (session) => {
    const watch = session.watch();
    watch.create({ key: 'k', rangeEnd: 'l' });
    await watch.next();
    await session.txn({ success: Array.from({ length: 128 }, (_, index) => op.put(`k${127 - index}`, '')) });
    await watch.next();
  });
});

describe('large messages', () => {
  /** One revision: two puts, each with what was before. */
  async function largeRevision(session: Session): Promise<void> {
    await session.fill('a', 1, large);
    await session.fill('b', 1, large);
    await session.txn({ success: [op.put('a', large), op.put('b', large)] });
  }

  conform('a revision of 2.8 MB is one message, or fragments, live', async (session) => {
    await session.fill('a', 1, large);
    await session.fill('b', 1, large);
    const [whole, cut] = [session.watch(), session.watch()];
    for (const [watch, fragment] of [
      [whole, false],
      [cut, true],
    ] as const) {
      watch.create({ ...all, prevKv: true, fragment });
      await watch.next();
    }
    await session.txn({ success: [op.put('a', large), op.put('b', large)] });
    await whole.cuts(2);
    await cut.cuts(2);
  });

  conform('the same from the past', async (session) => {
    await largeRevision(session);
    for (const fragment of [false, true]) {
      const watch = session.watch();
      watch.create({ ...all, prevKv: true, fragment, startRevision: session.base + 3 });
      await watch.next();
      await watch.cuts(2);
    }
  });

  conform('what fits is not cut', async (session) => {
    const watch = session.watch();
    watch.create({ ...all, fragment: true, prevKv: true });
    await watch.next();
    await session.fill('a', 1, large);
    await watch.cuts(1);
    await session.txn({ success: [op.put('b', '1'), op.put('c', '1')] });
    await watch.next();
  });

  conform('one event that is larger than a message may be is one message', async (session) => {
    const huge = 'x'.repeat(1_500_000);
    await session.fill('a', 1, huge);
    const watch = session.watch();
    watch.create({ key: 'a', fragment: true, prevKv: true });
    await watch.next();
    await session.fill('a', 1, huge);
    await watch.cuts(1);
    await session.put('a', 'small');
    await watch.cuts(1);
  });

  conform('1,120 revisions of the past: no more than 1,000 in a message, none divided', async (session) => {
    for (let transaction = 0; transaction < 20; transaction++) {
      await session.txn({ success: Array.from({ length: 5 }, (_, index) => op.put(`k${index}`, '')) });
    }
    await session.fill('k0', 1_100);
    const watch = session.watch();
    watch.create({ key: 'k', rangeEnd: 'l', startRevision: session.base + 1 });
    await watch.next();
    await watch.cuts(1_200);
  });
});

describe('progress, asked for', () => {
  conform('of many watchers, one answer', async (session) => {
    const watch = session.watch();
    for (const key of ['a', 'b', 'c']) {
      watch.create({ key });
      await watch.next();
    }
    await session.put('x', '1');
    watch.progress();
    await watch.next();
    await session.put('b', '1');
    await watch.next();
    watch.progress();
    watch.progress();
    await watch.next(2);
  });

  conform('is never ahead of events', async (session) => {
    const watch = session.watch();
    watch.create({ key: 'a' });
    await watch.next();
    for (let round = 0; round < 5; round++) {
      await session.put('a', String(round));
      await watch.next();
      watch.progress();
      await watch.next();
    }
  });

  conform('by one stream says nothing on another', async (session) => {
    const [asking, other] = [session.watch(), session.watch()];
    for (const watch of [asking, other]) {
      watch.create({ key: 'a' });
      await watch.next();
    }
    asking.progress();
    await asking.next();
    await session.put('a', '1');
    await other.next();
  });
});

describe('progress, reported', () => {
  conform('to a watcher that has nothing else to be told', async (session) => {
    await session.put('b', '1');
    const watch = session.watch();
    watch.create({ key: 'a', progressNotify: true });
    await watch.next(3);
    await session.put('b', '2');
    await session.put('b', '3');
    await watch.untilProgress(session.base + 3);
  });

  conform('only to those who asked', async (session) => {
    const [silent, told] = [session.watch(), session.watch()];
    silent.create({ key: 'a' });
    await silent.next();
    told.create({ key: 'a', progressNotify: true });
    await told.next(4);
    await session.put('a', '1');
    await silent.next();
  });
});
