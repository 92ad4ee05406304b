import fc from 'fast-check';
import { expect, test } from 'vitest';
import { staysForEver } from './stays-for-ever.ts';

test('a fence and as many slots after it as may be in flight stay, and nothing else', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 6 }),
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 80 }),
      (fences, inflightMax, slot) => {
        const expected = fences.some((fence) => slot >= fence && slot - fence <= inflightMax);
        expect(staysForEver(slot, new Set(fences), inflightMax)).toBe(expected);
      },
    ),
  );
});
