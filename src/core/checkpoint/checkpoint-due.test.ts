import { expect, test } from 'vitest';
import { checkpointDue } from './checkpoint-due.ts';

const rules = { segmentsMax: 100, intervalMs: 1_000 };

test('due after so many slots, or after so long if there is something new', () => {
  expect(checkpointDue({ ...rules, slots: 99, sinceMs: 999 })).toBe(false);
  expect(checkpointDue({ ...rules, slots: 100, sinceMs: 0 })).toBe(true);
  expect(checkpointDue({ ...rules, slots: 1, sinceMs: 1_000 })).toBe(true);
  expect(checkpointDue({ ...rules, slots: 0, sinceMs: 1_000_000 })).toBe(false);
});

test('an interval of 0 is none', () => {
  expect(checkpointDue({ ...rules, intervalMs: 0, slots: 99, sinceMs: 1_000_000 })).toBe(false);
  expect(checkpointDue({ ...rules, intervalMs: 0, slots: 100, sinceMs: 0 })).toBe(true);
});
