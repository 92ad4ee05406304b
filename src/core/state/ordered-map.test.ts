import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createOrderedMap, type OrderedMap } from './ordered-map.ts';

const key = fc.string({ unit: fc.constantFrom('\0', 'a', 'b', '\xff'), maxLength: 4 });

function entriesOf(map: OrderedMap<number, number>, from = '', before?: string): [string, number][] {
  const entries: [string, number][] = [];
  map.visit(from, before, (value, each) => {
    entries.push([each, value]);
    return true;
  });
  return entries;
}

function inOrder(model: ReadonlyMap<string, number>): [string, number][] {
  return [...model].sort(([left], [right]) => (left < right ? -1 : 1));
}

test('holds what a plain map holds, in byte order', () => {
  const change = fc.record({ key, value: fc.nat(), kind: fc.constantFrom('set', 'set', 'delete', 'get', 'floor') });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 120, size: 'max' }), key, fc.option(key), (changes, from, before) => {
      const map = createOrderedMap<number, number>();
      const model = new Map<string, number>();
      for (const each of changes) {
        if (each.kind === 'set') {
          map.set(each.key, each.value);
          model.set(each.key, each.value);
        } else if (each.kind === 'delete') {
          expect(map.delete(each.key)).toBe(model.delete(each.key));
        } else if (each.kind === 'get') {
          expect(map.get(each.key)).toBe(model.get(each.key));
        } else {
          const below = inOrder(model).filter(([other]) => other <= each.key);
          const [floorKey, value] = below[below.length - 1] ?? [];
          expect(map.floor(each.key)).toEqual(floorKey === undefined ? undefined : { key: floorKey, value });
        }
        expect(map.size()).toBe(model.size);
      }
      const expected = inOrder(model).filter(([each]) => each >= from && (before === null || each < before));
      expect(entriesOf(map, from, before ?? undefined)).toEqual(expected);
    }),
  );
});

test.each([
  ['ascending', (index: number) => index],
  ['descending', (index: number) => 4_999 - index],
  ['scattered', (index: number) => (index * 2_741) % 5_000],
])('%s keys fill many blocks', (_name, order) => {
  const map = createOrderedMap<number, number>();
  const name = (number: number) => String(number).padStart(5, '0');
  for (let index = 0; index < 5_000; index++) map.set(name(order(index)), order(index));
  expect(entriesOf(map).map(([, value]) => value)).toEqual(Array.from({ length: 5_000 }, (_, index) => index));
  expect(entriesOf(map, name(1_000), name(1_003)).map(([, value]) => value)).toEqual([1_000, 1_001, 1_002]);
  expect(map.floor(name(4_999) + 'x')).toEqual({ key: name(4_999), value: 4_999 });
  for (let index = 0; index < 5_000; index += 2) expect(map.delete(name(order(index)))).toBe(true);
  expect(map.size()).toBe(2_500);
  for (let index = 0; index < 5_000; index++) {
    expect(map.get(name(order(index)))).toBe(index % 2 === 0 ? undefined : order(index));
  }
});

test('a visitor that returns false is not called again', () => {
  const map = createOrderedMap<number>();
  for (const each of ['a', 'b', 'c']) map.set(each, 1);
  const seen: string[] = [];
  map.visit('', undefined, (_value, each) => {
    seen.push(each);
    return each !== 'b';
  });
  expect(seen).toEqual(['a', 'b']);
});

test('a summary is forgotten when its block changes', () => {
  const map = createOrderedMap<number, string>();
  map.set('a', 1);
  map.set('b', 2);
  const summaryAfter = (change: () => void) => {
    map.visitBlocks('', undefined, (block) => {
      block.summary = 'known';
      return true;
    });
    change();
    let summary: string | undefined;
    map.visitBlocks('', undefined, (block) => {
      summary = block.summary;
      return true;
    });
    return summary;
  };
  expect(summaryAfter(() => map.get('a'))).toBe('known');
  expect(summaryAfter(() => map.set('a', 3))).toBeUndefined();
  expect(summaryAfter(() => map.set('c', 3))).toBeUndefined();
  expect(summaryAfter(() => map.touch('b'))).toBeUndefined();
  expect(summaryAfter(() => map.delete('c'))).toBeUndefined();
});
