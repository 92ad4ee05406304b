import { describe } from 'vitest';
import { conformTo } from './harness/conform.ts';
import { usePair } from './harness/pair.ts';

const conform = conformTo(usePair());
const all = { key: '\0', rangeEnd: '\0' };

describe('put', () => {
  conform('with the previous version: none, one, none after a delete', async (session) => {
    await session.put('a', '1', { prevKv: true });
    await session.put('a', '2', { prevKv: true });
    await session.delete({ key: 'a' });
    await session.put('a', '3', { prevKv: true });
    await session.range({ key: 'a' });
  });

  conform('the same value again is a new version', async (session) => {
    await session.put('a', '1');
    await session.put('a', '1');
    await session.range({ key: 'a' });
  });

  conform('no value', async (session) => {
    await session.put('a');
    await session.range({ key: 'a' });
  });

  conform('no key', async (session) => {
    await session.put('', '1');
    await session.put('', '1', { ignoreValue: true, ignoreLease: true, lease: 5 });
    await session.range(all);
  });

  conform('keeping the value', async (session) => {
    await session.put('a', '', { ignoreValue: true });
    await session.put('a', '1');
    await session.put('a', '', { ignoreValue: true, prevKv: true });
    await session.range({ key: 'a' });
    await session.put('a', 'given', { ignoreValue: true });
    await session.delete({ key: 'a' });
    await session.put('a', '', { ignoreValue: true });
  });

  conform('keeping the lease', async (session) => {
    await session.grant(11, 600);
    await session.put('a', '1', { ignoreLease: true });
    await session.put('a', '1', { lease: 11 });
    await session.put('a', '2', { ignoreLease: true });
    await session.range({ key: 'a' });
    await session.put('a', '3', { ignoreLease: true, lease: 11 });
    await session.put('a', '', { ignoreLease: true, ignoreValue: true });
    await session.range({ key: 'a' });
    await session.put('a', 'given', { ignoreLease: true, ignoreValue: true, lease: 11 });
  });

  conform('with leases: one, another, none', async (session) => {
    await session.grant(21, 600);
    await session.grant(22, 600);
    await session.put('a', '1', { lease: 21 });
    await session.put('a', '2', { lease: 22, prevKv: true });
    await session.timeToLiveOf(21);
    await session.timeToLiveOf(22);
    await session.put('a', '3');
    await session.timeToLiveOf(22);
    await session.revoke(22);
    await session.range({ key: 'a' });
  });

  conform('with a lease that is not there', async (session) => {
    await session.put('a', '1', { lease: 77 });
    await session.put('a', '1', { lease: -77 });
    await session.put('a', '', { lease: 77, ignoreValue: true });
    await session.range(all);
  });
});

describe('delete', () => {
  conform('one, none, all', async (session) => {
    for (const key of ['a', 'b', 'c']) await session.put(key, key);
    await session.delete({ key: 'b' });
    await session.delete({ key: 'b' });
    await session.delete({ key: 'x', prevKv: true });
    await session.delete({ ...all, prevKv: true });
    await session.delete({ ...all, prevKv: true });
  });

  conform('half open ranges, by prefix, from a key on, inverted', async (session) => {
    const fill = async () => {
      for (const key of ['a', 'ab', 'b', 'b\xff', 'c']) await session.put(key, key);
    };
    for (const [key, rangeEnd] of [
      ['a', 'b'],
      ['b', 'c'],
      ['b', '\0'],
      ['c', 'a'],
      ['a', 'a'],
      ['a\0', 'c'],
    ] as const) {
      await fill();
      await session.delete({ key, rangeEnd, prevKv: true });
      await session.range(all);
    }
  });

  conform('no key', async (session) => {
    await session.put('a', '1');
    await session.delete({ key: '' });
    await session.delete({ key: '', rangeEnd: '\0' });
    await session.range(all);
  });

  conform('takes keys from their lease', async (session) => {
    await session.grant(31, 600);
    await session.put('a', '1', { lease: 31 });
    await session.put('b', '1', { lease: 31 });
    await session.delete({ key: 'a' });
    await session.timeToLiveOf(31);
    await session.delete(all);
    await session.timeToLiveOf(31);
    await session.put('a', 'without');
    await session.revoke(31);
    await session.range(all);
  });
});

describe('a put and its lease', () => {
  conform('keeps neither value nor lease of a key that was deleted', async (session) => {
    await session.grant(41, 600);
    await session.put('a', '1', { lease: 41 });
    await session.delete({ key: 'a' });
    await session.put('a', '', { ignoreValue: true });
    await session.put('a', '2', { ignoreLease: true });
    await session.put('a', '', { ignoreValue: true, ignoreLease: true });
    await session.put('a', '3');
    await session.put('a', '', { ignoreValue: true, ignoreLease: true, prevKv: true });
    await session.range({ key: 'a' });
    await session.timeToLiveOf(41);
  });

  conform('keeps the value and changes the lease', async (session) => {
    await session.grant(42, 600);
    await session.grant(43, 600);
    await session.put('a', '1', { lease: 42 });
    await session.put('a', '', { ignoreValue: true, lease: 43, prevKv: true });
    await session.range({ key: 'a' });
    await session.timeToLiveOf(42);
    await session.put('a', '', { ignoreValue: true });
    await session.range({ key: 'a' });
    await session.timeToLiveOf(43);
  });

  conform('a lease that is revoked is not there any more, nor does its number keep keys', async (session) => {
    await session.grant(44, 600);
    await session.put('a', '1', { lease: 44 });
    await session.revoke(44);
    await session.put('a', '1', { lease: 44 });
    await session.grant(44, 600);
    await session.timeToLiveOf(44);
    await session.put('b', '1', { lease: 44 });
    await session.timeToLiveOf(44);
  });

  conform('many keys of one lease, some of them put again without', async (session) => {
    await session.grant(45, 600);
    for (const key of ['d', 'b', 'c', 'a', 'e']) await session.put(key, key, { lease: 45 });
    await session.put('c', 'without');
    await session.delete({ key: 'd' });
    await session.timeToLiveOf(45);
    await session.revoke(45);
    await session.range(all);
    await session.range({ ...all, revision: session.base + 7 });
  });
});

describe('previous versions', () => {
  conform('with their lease, version and revisions', async (session) => {
    await session.grant(46, 600);
    await session.put('a', '1');
    await session.put('a', '2', { lease: 46, prevKv: true });
    await session.put('a', '3', { prevKv: true });
    await session.put('b', '1', { lease: 46 });
    await session.delete({ ...all, prevKv: true });
    await session.put('a', '4', { prevKv: true });
  });

  conform('of a put that is refused are not told', async (session) => {
    await session.put('a', '1');
    await session.put('a', '2', { prevKv: true, lease: 404 });
    await session.put('a', 'given', { prevKv: true, ignoreValue: true });
    await session.put('', '2', { prevKv: true });
    await session.range({ key: 'a' });
  });

  conform('of many keys, in key order', async (session) => {
    const keys = Array.from({ length: 30 }, (_, index) => `k${(index * 7) % 30}`);
    for (const key of keys) await session.put(key, key);
    await session.delete({ key: 'k1', rangeEnd: 'k2', prevKv: true });
    await session.delete({ key: 'k', rangeEnd: 'l', prevKv: true });
  });
});
