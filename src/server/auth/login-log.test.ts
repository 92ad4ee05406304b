import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLoginLog } from './login-log.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function world() {
  const lines: object[] = [];
  const warn = (fields: object, message: string) => void lines.push({ ...fields, message });
  const nothing = () => undefined;
  const told = createLoginLog({ debug: nothing, info: nothing, warn, error: nothing });
  return { told, lines };
}

const words = { failed: 'a login failed', refused: 'a login was refused unseen: too many failed lately' };

describe('logins that came to nothing', () => {
  it('are told once a minute for a user from one place, and how many more it were', () => {
    const { told, lines } = world();
    for (let port = 1; port <= 5; port++) told.failed('ann', `10.0.0.1:${port}`);
    for (let port = 1; port <= 3; port++) told.refused('ann', `10.0.0.1:${port}`);
    told.failed('ann', '10.0.0.2:1');
    const first = [
      { user: 'ann', address: '10.0.0.1:1', message: words.failed },
      { user: 'ann', address: '10.0.0.1:1', message: words.refused },
      { user: 'ann', address: '10.0.0.2:1', message: words.failed },
    ];
    expect(lines).toEqual(first);
    vi.advanceTimersByTime(60_000);
    const more = [
      { user: 'ann', network: '10.0.0.1', more: 4, withinMs: 60_000, message: words.failed },
      { user: 'ann', network: '10.0.0.1', more: 2, withinMs: 60_000, message: words.refused },
    ];
    expect(lines).toEqual([...first, ...more]);
    vi.advanceTimersByTime(600_000);
    expect(lines).toHaveLength(5);
    told.failed('ann', '10.0.0.1:9');
    expect(lines.at(-1)).toEqual({ user: 'ann', address: '10.0.0.1:9', message: words.failed });
  });

  it('have a bound, however many names and places there are', () => {
    const { told, lines } = world();
    for (let round = 0; round < 2; round++)
      for (let user = 0; user < 1_000; user++) told.failed(`user ${user}`, `10.0.${user % 256}.1:1`);
    expect(lines).toHaveLength(30);
    vi.advanceTimersByTime(60_000);
    expect(lines).toHaveLength(61);
    expect(lines.at(-1)).toEqual({ more: 1_940, withinMs: 60_000, message: 'logins of others failed or were refused' });
  });

  it('are all told in the end, and long names in part', () => {
    const { told, lines } = world();
    for (let round = 0; round < 2; round++) told.failed('x'.repeat(1_000), '[2001:db8::1]:5');
    told.close();
    expect(lines).toEqual([
      { user: 'x'.repeat(64), address: '[2001:db8::1]:5', message: words.failed },
      { user: 'x'.repeat(64), network: '2001:db8:0:0::/64', more: 1, withinMs: 60_000, message: words.failed },
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
