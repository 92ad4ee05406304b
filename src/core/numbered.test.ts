import fc from 'fast-check';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { createNumbered } from './numbered.ts';

const numberOfAny = fc.oneof(
  fc.integer({ min: 1, max: 40 }),
  fc.integer({ min: 2 ** 31 - 20, max: 2 ** 32 + 20 }),
  fc.integer({ min: Number.MAX_SAFE_INTEGER - 20, max: Number.MAX_SAFE_INTEGER }),
);
const steps = fc.array(
  fc.record({ action: fc.constantFrom('set', 'set', 'take', 'get'), number: numberOfAny, item: fc.string() }),
  { maxLength: 300 },
);

describe('does what a Map does', () => {
  test('whatever is done to it', () => {
    fc.assert(
      fc.property(steps, fc.option(fc.nat(), { nil: undefined }), (done, secret) => {
        const numbered = createNumbered<string>(secret);
        const map = new Map<number, string>();
        for (const { action, number, item } of done) {
          if (action === 'set') {
            numbered.set(number, item);
            map.set(number, item);
          } else if (action === 'take') {
            expect(numbered.take(number)).toBe(map.get(number));
            map.delete(number);
          } else expect(numbered.get(number)).toBe(map.get(number));
          expect(numbered.size()).toBe(map.size);
        }
        expect([...numbered.all()].sort(byNumber)).toEqual([...map].sort(byNumber));
      }),
    );
  });

  test('with numbers that follow one another and are taken in another order', () => {
    const numbered = createNumbered<number>();
    for (let number = 1; number <= 5_000; number++) {
      numbered.set(number, -number);
      const taken = (number * 7919) % (number + 1);
      if (taken > 0) numbered.take(taken);
    }
    for (const [number, item] of numbered.all()) {
      expect(item).toBe(-number);
      expect(numbered.take(number)).toBe(item);
    }
    expect(numbered.size()).toBe(0);
  });
});

test('of what passed through it a minor collection leaves nothing, however old it is', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options?: { readonly type: 'minor' }) => void;
  const numbered = createNumbered<readonly number[]>();
  collect();
  const before = process.memoryUsage().heapUsed;
  let leftBytesMost = 0;
  for (let number = 1; number <= 40_000; number++) {
    numbered.set(number, new Array<number>(100).fill(number));
    if (number > 100) numbered.take(number - 100);
    if (number % 2_000 !== 0) continue;
    collect({ type: 'minor' });
    leftBytesMost = Math.max(leftBytesMost, process.memoryUsage().heapUsed - before);
  }
  // All of it is 32 MB. In a Map 24 MB of it are left.
  expect(leftBytesMost).toBeLessThan(4_000_000);
});

function byNumber([a]: readonly [number, unknown], [b]: readonly [number, unknown]): number {
  return a - b;
}
