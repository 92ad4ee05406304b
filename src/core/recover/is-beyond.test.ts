import { expect, test } from 'vitest';
import { isBeyond } from './is-beyond.ts';

const record = { sequence: 7, revision: 5, wallMs: 1_000 };

test('nothing is beyond the end', () => {
  expect(isBeyond({ kind: 'end' }, record)).toBe(false);
});

test('what the cut names belongs to it, what follows does not', () => {
  expect([6, 7, 8].map((sequence) => isBeyond({ kind: 'sequence', sequence }, record))).toEqual([true, false, false]);
  expect([4, 5, 6].map((revision) => isBeyond({ kind: 'revision', revision }, record))).toEqual([true, false, false]);
  expect([999, 1_000, 1_001].map((wallMs) => isBeyond({ kind: 'moment', wallMs }, record))).toEqual([
    true,
    false,
    false,
  ]);
});

test('a record without a revision follows the one before it', () => {
  expect(isBeyond({ kind: 'revision', revision: 4 }, { ...record, revision: 0 })).toBe(false);
});
