import { describe, expect, it } from 'vitest';
import type { Role } from '../core/types/response.ts';
import { onStandingBy } from './standing-by.ts';

/** A node that does as it is told, and a clock that goes on when somebody sleeps. */
function world() {
  const stop = new AbortController();
  const listeners: (() => void)[] = [];
  const told: string[] = [];
  let role: Role = 'starting';
  let leader: { name: string; memberId: bigint; epoch: number } | undefined;
  let nowMs = 0;
  const node = {
    role: () => role,
    onRole: (listener: () => void) => void listeners.push(listener),
    request: async () => ({ response: { leader, epoch: leader?.epoch ?? 0, self: { memberId: 1n } } }),
  };
  const sleep = async (milliseconds: number, signal: AbortSignal) => {
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    nowMs += milliseconds;
  };
  const clock = { now: () => ({ monotonicMs: nowMs, wallMs: 0 }) };
  onStandingBy(
    { node: node as never, clock, leaseMs: 10_000, sleep, stop: stop.signal },
    ({ name }) => void told.push(name),
  );
  return {
    told,
    become: (next: Role) => {
      role = next;
      for (const listener of listeners) listener();
    },
    leads: (name: string, memberId: bigint, epoch: number) => void (leader = { name, memberId, epoch }),
    until: async (ms: number) => {
      while (nowMs < ms && role === 'standby') await new Promise((resolve) => setImmediate(resolve));
    },
    stop: () => stop.abort(),
    nowMs: () => nowMs,
  };
}

describe('standing by', () => {
  it('is told once for each leader that outlived its lease', async () => {
    const { told, become, leads, until, stop } = world();
    leads('first', 2n, 3);
    become('standby');
    await until(12_000);
    expect(told).toEqual([]);
    await until(20_000);
    expect(told).toEqual(['first']);
    await until(60_000);
    expect(told).toEqual(['first']);
    leads('second', 3n, 4);
    await until(90_000);
    expect(told).toEqual(['first', 'second']);
    stop();
  });

  it('is not told while a lease is waited for that nobody renews', async () => {
    const { told, become, leads, until } = world();
    leads('gone', 2n, 3);
    become('standby');
    await until(13_000);
    become('recovering');
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toEqual([]);
  });

  it('is not told while an earlier run of this node holds the lease', async () => {
    const { told, become, leads, until, stop } = world();
    leads('myself', 1n, 3);
    become('standby');
    await until(60_000);
    expect(told).toEqual([]);
    stop();
  });

  it('is told again after this node led', async () => {
    const { told, become, leads, until, stop } = world();
    become('standby');
    await until(1_000);
    become('leader');
    await new Promise((resolve) => setTimeout(resolve));
    leads('second', 2n, 5);
    become('standby');
    await until(30_000);
    expect(told).toEqual(['second']);
    stop();
  });
});
