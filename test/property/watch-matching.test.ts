import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createIntervalTree, infinity } from '../../src/core/watch/interval-tree.ts';

const key = fc.string({ unit: fc.constantFrom('\0', 'a', 'b', '\xff'), minLength: 1, maxLength: 3 });
const range = fc.tuple(key, fc.oneof({ weight: 4, arbitrary: key }, fc.constant(infinity)));

it('an interval tree finds exactly the ranges that hold a key, after any additions and removals', () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 60 }), fc.array(key, { minLength: 1, maxLength: 20 }), (ranges, keys) => {
      const tree = createIntervalTree<string>();
      const model = new Map<string, readonly [string, string]>();
      for (const [start, end] of ranges) {
        const name = `${start}|${end}`;
        expect(tree.get(start, end)).toBe(model.has(name) ? name : undefined);
        if (model.delete(name)) {
          tree.remove(start, end);
          continue;
        }
        model.set(name, [start, end]);
        tree.add(start, end, name);
      }
      for (const probe of keys) {
        const found: string[] = [];
        tree.visit(probe, (name) => found.push(name));
        const expected = [...model].filter(([, [start, end]]) => start <= probe && (end === infinity || probe < end));
        expect(found.sort()).toEqual(expected.map(([name]) => name).sort());
      }
    }),
    { numRuns: 500 },
  );
});
