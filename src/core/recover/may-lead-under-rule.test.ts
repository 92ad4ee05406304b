import { expect, test } from 'vitest';
import type { Control } from '../types/log.ts';
import { mayLeadUnderRule } from './may-lead-under-rule.ts';

const control: Control = {
  databaseId: new Uint8Array(16),
  epoch: 4,
  leader: undefined,
  released: true,
  heir: undefined,
  leaseMs: 3_000,
  renewal: 0,
  rule: 'object',
  inSync: [],
  durableSlot: 0,
};
const local: Control = { ...control, rule: 'local', inSync: [0xabcn] };

test('under object anybody', () => {
  expect(mayLeadUnderRule(control, 1n, false)).toBeUndefined();
});

test('under local the member whose disk it is, given back or not', () => {
  expect(mayLeadUnderRule(local, 0xabcn, false)).toBeUndefined();
});

test('under local nobody else, and the refusal says who and what can be done', () => {
  const refusal = mayLeadUnderRule(local, 1n, false);
  expect(refusal).toContain('member 0000000000000abc alone');
  expect(refusal).toContain('--accept-local-loss');
});

test('unless an operator says so', () => {
  expect(mayLeadUnderRule(local, 1n, true)).toBeUndefined();
});
