import { expect, test } from 'vitest';
import { isWithin, referencesWithin, spanOfKey, spanOfPrefix } from './key-span.ts';

const references = [
  { firstKey: 'b', continues: false },
  { firstKey: 'd', continues: false },
  { firstKey: 'd', continues: true },
  { firstKey: 'f', continues: false },
];
const positions = (span: ReturnType<typeof spanOfKey>): number[] =>
  referencesWithin(span, references).map((reference) => references.indexOf(reference));

test('a key is where its first version may be, and where it goes on', () => {
  expect(positions(spanOfKey('d'))).toEqual([1, 2]);
  expect(positions(spanOfKey('e'))).toEqual([2]);
  expect(positions(spanOfKey('f'))).toEqual([3]);
  expect(positions(spanOfKey('z'))).toEqual([3]);
  expect(positions(spanOfKey('a'))).toEqual([]);
});

test('what does not say whether it continues may hold the next one’s first key', () => {
  const pages = [{ firstKey: 'b' }, { firstKey: 'd' }];
  expect(referencesWithin(spanOfKey('d'), pages)).toEqual(pages);
});

test('of some keys, only what may hold one of them', () => {
  const only = (...keys: string[]) => ({ from: '', to: undefined, only: keys });
  expect(positions(only('b', 'c'))).toEqual([0]);
  expect(positions(only('d'))).toEqual([1, 2]);
  expect(positions(only('a', 'e', 'z'))).toEqual([2, 3]);
  expect(positions(only())).toEqual([]);
  expect(['b', 'c', 'd'].filter((key) => isWithin(only('b', 'd'), key))).toEqual(['b', 'd']);
  expect(isWithin({ from: 'c', to: 'd', only: ['b', 'd'] }, 'b')).toBe(false);
});

test('a prefix ends before the next key that does not begin with it', () => {
  expect(spanOfPrefix('ab')).toEqual({ from: 'ab', to: 'ac' });
  expect(spanOfPrefix('a\xff\xff')).toEqual({ from: 'a\xff\xff', to: 'b' });
  expect(spanOfPrefix('\xff')).toEqual({ from: '\xff', to: undefined });
  expect(isWithin(spanOfPrefix('a\xff'), 'a\xff\xff')).toBe(true);
  expect(isWithin(spanOfPrefix('a\xff'), 'b')).toBe(false);
});
