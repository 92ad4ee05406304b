import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSpans, firstAbove } from './spans.ts';

const span = fc.record({ from: fc.nat(30), to: fc.nat(30), name: fc.nat(3) });

test('spans, overlapping ones too, are found as by looking at each', () => {
  fc.assert(
    fc.property(fc.array(span), fc.nat(31), fc.option(fc.nat(3), { nil: undefined }), (spans, at, except) => {
      const each = spans.some(({ from, to, name }) => from <= at && at <= to && name !== except);
      expect(createSpans(spans).covers(at, except)).toBe(each);
    }),
  );
});

test('the first number above a bound', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(30)), fc.nat(31), (numbers, bound) => {
      const ascending = numbers.toSorted((left, right) => left - right);
      expect(firstAbove(ascending, bound)).toBe(ascending.find((number) => number > bound));
    }),
  );
});
