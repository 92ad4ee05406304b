import { expect, test } from 'vitest';
import { applyChanges, contentDifferences, type HeldEntry } from './content-model.ts';

const put = (key: string, value: string, lease = 0n) => ({ kind: 'put', key, value, lease }) as const;

test('counts versions from the revision at which a key came into being', () => {
  const content = new Map<string, HeldEntry>();
  applyChanges(content, 2, [put('a', 'x'), put('b', 'x', 7n)]);
  applyChanges(content, 3, [put('a', 'y')]);
  expect(content.get('a')).toEqual({ value: 'y', createRevision: 2, modRevision: 3, version: 2, lease: 0n });
  applyChanges(content, 4, [
    { kind: 'delete', key: 'a' },
    { kind: 'delete-lease', lease: 7n },
  ]);
  expect(content.size).toBe(0);
  applyChanges(content, 5, [put('a', 'z')]);
  expect(content.get('a')).toEqual({ value: 'z', createRevision: 5, modRevision: 5, version: 1, lease: 0n });
  applyChanges(content, 6, [{ kind: 'delete-prefix', prefix: 'a' }]);
  expect(content.size).toBe(0);
});

test('tells any difference of any key', () => {
  const entry: HeldEntry = { value: 'x', createRevision: 2, modRevision: 3, version: 2, lease: 0n };
  const expected = new Map([['a', entry]]);
  expect(contentDifferences(expected, new Map(expected))).toEqual([]);
  const others: readonly Partial<HeldEntry>[] = [
    { value: 'y' },
    { createRevision: 3 },
    { modRevision: 4 },
    { version: 1 },
    { lease: 1n },
  ];
  for (const other of others) {
    expect(contentDifferences(expected, new Map([['a', { ...entry, ...other }]]))).toHaveLength(1);
  }
  expect(contentDifferences(expected, new Map())).toHaveLength(1);
  expect(contentDifferences(new Map(), expected)).toHaveLength(1);
});
