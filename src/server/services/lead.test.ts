import { expect, test } from 'vitest';
import { leaderlessMsMax } from '../limits.ts';
import { createLeadOf } from './lead.ts';

const other = { memberId: 2n, name: 'two', clientUrls: [] };

test('whoever leads, or is known to lead', () => {
  const leadOf = createLeadOf(() => 0);
  expect(leadOf({ role: 'leader', leader: undefined })).toBe('here');
  expect(leadOf({ role: 'standby', leader: other })).toBe('elsewhere');
});

test('nobody, once nobody has led for long without a break', () => {
  let nowMs = 1_000;
  const leadOf = createLeadOf(() => nowMs);
  const leaderless = { role: 'standby', leader: undefined } as const;
  expect(leadOf(leaderless)).toBe('elsewhere');
  nowMs += leaderlessMsMax - 1;
  expect(leadOf({ ...leaderless, role: 'recovering' })).toBe('elsewhere');
  nowMs += 1;
  expect(leadOf(leaderless)).toBe('nowhere');
  expect(leadOf({ role: 'standby', leader: other })).toBe('elsewhere');
  expect(leadOf(leaderless)).toBe('elsewhere');
  nowMs += leaderlessMsMax;
  expect(leadOf(leaderless)).toBe('nowhere');
});

test('of a time in which nobody looked nothing is known: somebody may have led', () => {
  let nowMs = 1_000;
  const leadOf = createLeadOf(() => nowMs);
  const leaderless = { role: 'standby', leader: undefined } as const;
  expect(leadOf(leaderless)).toBe('elsewhere');
  nowMs += 3_600_000;
  expect(leadOf(leaderless)).toBe('elsewhere');
  nowMs += leaderlessMsMax;
  expect(leadOf(leaderless)).toBe('nowhere');
});
