import { expect, test } from 'vitest';
import { segmentsInFlightAllowed } from './may-publish.ts';

test('within the reach of an earlier reign one at a time, beyond it all', () => {
  const fence = 10;
  const max = 4;
  for (let slot = fence + 1; slot <= fence + max; slot++) expect(segmentsInFlightAllowed(slot, fence, max, 4)).toBe(1);
  expect(segmentsInFlightAllowed(fence + max + 1, fence, max, 4)).toBe(4);
});

test('never more than the database was made for, and fewer when told so', () => {
  expect(segmentsInFlightAllowed(100, 1, 4, 16)).toBe(4);
  expect(segmentsInFlightAllowed(100, 1, 4, 2)).toBe(2);
});
