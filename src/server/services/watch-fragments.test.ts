import { describe, expect, test } from 'vitest';
import { WatchResponse } from '../generated/etcdserverpb/watch.ts';
import { fragmentsOf } from './watch-fragments.ts';

const header = { clusterId: 2n ** 63n, memberId: 2n ** 63n, revision: 2n ** 40n, raftTerm: 3n };

function response(...valueBytes: readonly number[]): WatchResponse {
  const events = valueBytes.map((bytes, index) => ({
    type: 0 as const,
    kv: {
      key: Buffer.from(`key${index}`),
      value: Buffer.alloc(bytes, 1),
      createRevision: BigInt(index),
      modRevision: 2n ** 40n,
      version: 1n,
      lease: 0n,
    },
    prevKv: undefined,
  }));
  return { ...WatchResponse.decode(new Uint8Array(0)), header, watchId: 5n, events };
}

const bytesOf = (message: WatchResponse) => WatchResponse.encode(message).finish().length;

describe('fragmentsOf', () => {
  test.each([
    [[10, 10, 10]],
    [[400, 400, 400]],
    [[900, 900]],
    [[100, 2_000, 100, 100]],
    [[2_000, 2_000]],
    [Array.from({ length: 300 }, (_, index) => index % 97)],
  ])('cuts %j below 1,000 bytes, keeps all events in order', (valueBytes) => {
    const whole = response(...valueBytes);
    const parts = fragmentsOf(whole, 1_000);
    expect(parts.flatMap(({ events }) => events)).toEqual(whole.events);
    for (const part of parts) if (part.events.length > 1) expect(bytesOf(part)).toBeLessThan(1_000);
    expect(parts.map(({ fragment }) => fragment)).toEqual(parts.map((_, index) => index < parts.length - 1));
    expect(parts.every(({ watchId, header: each }) => watchId === 5n && each === header)).toBe(true);
  });

  test('puts as much into each as there is room for', () => {
    const whole = response(...Array.from({ length: 50 }, () => 70));
    const parts = fragmentsOf(whole, 1_000);
    parts.slice(0, -1).forEach((part, index) => {
      const more = { ...part, events: [...part.events, parts[index + 1]!.events[0]!] };
      expect(bytesOf(more)).toBeGreaterThanOrEqual(1_000);
    });
    expect(parts.length).toBeGreaterThan(2);
  });

  test('a message of exactly the bound is cut, one byte less is not', () => {
    const whole = response(100, 100);
    expect(fragmentsOf(whole, bytesOf({ ...whole, fragment: true }) + 1)).toEqual([whole]);
    expect(fragmentsOf(whole, bytesOf({ ...whole, fragment: true }))).toHaveLength(2);
  });

  test('a single event is never cut', () => {
    const whole = response(5_000);
    expect(fragmentsOf(whole, 1_000)).toEqual([whole]);
  });
});
