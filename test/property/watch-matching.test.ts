import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createIntervalTree, infinity } from '../../src/core/watch/interval-tree.ts';

const key = fc.string({ unit: fc.constantFrom('\0', 'a', 'b', '\xff'), minLength: 1, maxLength: 3 });
const range = fc.tuple(key, fc.oneof({ weight: 4, arbitrary: key }, fc.constant(infinity)));
const ranges = fc.uniqueArray(range, { selector: ([start, end]) => `${start}|${end}`, minLength: 5, maxLength: 80 });
/** Which range to add, or remove when it is there. */
const toggles = fc.array(fc.nat(), { maxLength: 200 });
const probes = fc.array(key, { minLength: 10, maxLength: 30 });

it('an interval tree finds exactly the ranges that hold a key, after any additions and removals', () => {
  fc.assert(
    fc.property(ranges, toggles, probes, (pool, choices, keys) => {
      const tree = createIntervalTree<number>();
      const present = new Set<number>();
      for (const choice of choices) {
        const index = choice % pool.length;
        const [start, end] = pool[index]!;
        expect(tree.get(start, end)).toBe(present.has(index) ? index : undefined);
        if (present.delete(index)) {
          tree.remove(start, end);
          continue;
        }
        present.add(index);
        tree.add(start, end, index);
      }
      for (const probe of keys) {
        const found: number[] = [];
        tree.visit(probe, (index) => found.push(index));
        const holds = (index: number) => {
          const [start, end] = pool[index]!;
          return start <= probe && (end === infinity || probe < end);
        };
        expect(found.length).toBe(new Set(found).size);
        expect(new Set(found)).toEqual(new Set([...present].filter(holds)));
      }
    }),
    { numRuns: 500 },
  );
});
