import { expect, it } from 'vitest';
import { toKeyRange, type Selection } from '../../src/library/selection.ts';

it.each<[Selection, string, string | undefined]>([
  ['key', 'key', undefined],
  ['ü', '\xc3\xbc', undefined],
  [new Uint8Array([0, 255]), '\0\xff', undefined],
  [{ prefix: 'a/' }, 'a/', 'a0'],
  [{ prefix: '' }, '\0', '\0'],
  [{ prefix: new Uint8Array([1, 255]) }, '\x01\xff', '\x02'],
  [{ prefix: new Uint8Array([255, 255]) }, '\xff\xff', '\0'],
  [{ from: 'a' }, 'a', '\0'],
  [{ from: '' }, '\0', '\0'],
  [{ from: 'a', to: 'c' }, 'a', 'c'],
])('%j', (selection, key, rangeEnd) => expect(toKeyRange(selection)).toEqual({ key, rangeEnd }));

it('refuses what would mean something else to the database', () => {
  expect(() => toKeyRange({ from: 'a', to: '' })).toThrow(RangeError);
  expect(() => toKeyRange('\ud800')).toThrow(TypeError);
  expect(() => toKeyRange({ prefix: 7 as never })).toThrow(TypeError);
});
