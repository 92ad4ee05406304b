import { describe, expect, test } from 'vitest';
import { createFailureLimit } from './failure-limit.ts';

function withClock(perMinute: number) {
  const clock = { nowMs: 0 };
  return { clock, limit: createFailureLimit({ perMinute, nowMs: () => clock.nowMs }) };
}

/** How many attempts fail before they are refused unseen. */
function failuresUntilRefused(attempt: () => unknown): number {
  for (let count = 0; count < 10_000; count++) if (attempt() === undefined) return count;
  throw new Error('never refused');
}

describe('wrong passwords', () => {
  test('of one user from one address are bounded, whatever the port, and the allowance comes back', () => {
    const { clock, limit } = withClock(6);
    let port = 1_000;
    const attempt = () => limit.begin('ann', `10.0.0.1:${port++}`);
    expect(failuresUntilRefused(attempt)).toBe(6);
    clock.nowMs += 9_999;
    expect(attempt()).toBeUndefined();
    clock.nowMs += 1;
    expect(failuresUntilRefused(attempt)).toBe(1);
    clock.nowMs += 3_600_000;
    expect(failuresUntilRefused(attempt)).toBe(6);
  });

  test('of one user from everywhere, and from one address of everybody, too', () => {
    const { limit } = withClock(6);
    let other = 0;
    expect(failuresUntilRefused(() => limit.begin('ann', `10.0.${other >> 8}.${other++ & 255}:1`))).toBe(60);
    expect(limit.begin('bob', '10.0.0.1:1')).toBeDefined();
    expect(failuresUntilRefused(() => limit.begin(`user ${other++}`, '10.9.9.9:1'))).toBe(60);
    expect(limit.begin('cy', '10.9.9.9:1')).toBeUndefined();
    expect(limit.begin('cy', '10.9.9.8:1')).toBeDefined();
  });

  test('do not keep out who logs in from where the user has lately', () => {
    const { clock, limit } = withClock(6);
    limit.begin('ann', '10.0.0.1:1')!.succeeded();
    let other = 0;
    failuresUntilRefused(() => limit.begin('ann', `10.1.0.${other++}:1`));
    expect(limit.begin('ann', '10.2.0.1:1')).toBeUndefined();
    for (let login = 0; login < 100; login++) limit.begin('ann', '10.0.0.1:1')!.succeeded();
    clock.nowMs += 3_600_000 + 1;
    failuresUntilRefused(() => limit.begin('ann', `10.3.0.${other++}:1`));
    expect(limit.begin('ann', '10.0.0.1:1')).toBeUndefined();
  });

  test('that are tried at the same time share the allowance', () => {
    const { limit } = withClock(2);
    const first = limit.begin('ann', '10.0.0.1:1')!;
    const second = limit.begin('ann', '10.0.0.1:1')!;
    expect(limit.begin('ann', '10.0.0.1:1')).toBeUndefined();
    second.undone();
    expect(limit.begin('ann', '10.0.0.1:1')).toBeDefined();
    expect(limit.begin('ann', '10.0.0.1:1')).toBeUndefined();
    first.succeeded();
    expect(limit.begin('ann', '10.0.0.1:1')).toBeDefined();
  });
});

test.each([
  ['::1:50000', '::1:50001', true],
  ['[2001:db8:1:2:3:4:5:6]:1', '[2001:db8:1:2:ffff::1]:2', true],
  ['2001:db8:1:2:3:4:5:6:1', '2001:DB8:1:2::9:2', true],
  ['[2001:db8:1:2::1]:1', '[2001:db8:1:3::1]:1', false],
  ['[::ffff:10.0.0.1]:1', '10.0.0.1:9', true],
  ['10.0.0.1:1', '10.0.0.2:1', false],
  ['[2001::1]:1', '[2001:0:0:0:1::]:1', true],
])('%s and %s are of one network: %s', (one, other, isSame) => {
  const { limit } = withClock(1);
  limit.begin('ann', one);
  expect(limit.begin('ann', other) === undefined).toBe(isSame);
});
