import { describe, expect, test } from 'vitest';
import { createEventQueue } from './event-queue.ts';
import { createNodeClock } from './node-clock.ts';
import { drawOf, unitOf } from './random.ts';
import { createTraceHash } from './trace.ts';

describe('the queue', () => {
  test('gives by time, and what is due together in the order of putting in', () => {
    const draw = drawOf(1, 'queue');
    const queue = createEventQueue<{ readonly atMs: number; readonly order: number }>();
    const items = Array.from({ length: 2_000 }, (_, order) => ({ atMs: draw.below(50), order }));
    for (const item of items) queue.push(item.atMs, item);
    const expected = items.toSorted((left, right) => left.atMs - right.atMs || left.order - right.order);
    expect(items.map(() => queue.pop())).toEqual(expected);
    expect(queue.nextMs()).toBeUndefined();
    expect(() => queue.pop()).toThrow(/not empty/);
  });
});

describe('chance', () => {
  test('is the same for the same key, and another for any other', () => {
    const row = (seed: number, key: string) => Array.from({ length: 8 }, drawOf(seed, key).u32);
    expect(row(1, 'a')).toEqual(row(1, 'a'));
    expect(new Set([row(1, 'a'), row(2, 'a'), row(1, 'b'), row(1, 'a1')].map(String)).size).toBe(4);
  });

  test('is even, over keys and seeds that differ by one, too', () => {
    const mean = (draws: readonly number[]) => draws.reduce((sum, drawn) => sum + drawn, 0) / draws.length;
    const many = Array.from({ length: 20_000 }, (_, index) => index);
    for (const drawn of [
      many.map((seed) => drawOf(seed, 'x').unit()),
      many.map((index) => drawOf(7, `x/${index}`).unit()),
      many.map((count) => unitOf(7, 1, count)),
    ]) {
      expect(mean(drawn)).toBeCloseTo(0.5, 1);
      expect(drawn.filter((unit) => unit < 0.1).length / drawn.length).toBeCloseTo(0.1, 1);
      expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...drawn)).toBeLessThan(1);
    }
  });
});

describe("a node's clocks", () => {
  test('run at their rate; a jump moves the wall clock alone', () => {
    const clock = createNodeClock(500, 0);
    const start = clock.at(0).wallMs;
    clock.setRate(1_000, 0.5);
    expect(clock.at(3_000)).toEqual({ monotonicMs: 2_500, wallMs: start + 2_000 });
    clock.jumpWall(3_000, -10_000);
    expect(clock.at(3_000)).toEqual({ monotonicMs: 2_500, wallMs: start - 8_000 });
  });

  test('say when a time will be reached, and never when they stand still', () => {
    const clock = createNodeClock(0, 0);
    clock.setRate(0, 2);
    expect(clock.trueMsOf(1_000, 100)).toBe(500);
    expect(clock.trueMsOf(10, 100)).toBe(100);
    clock.setFrozen(100, { monotonic: true, wall: false });
    expect(clock.trueMsOf(1_000, 100)).toBeUndefined();
    expect(clock.at(5_000).monotonicMs).toBe(200);
    clock.setFrozen(5_000, { monotonic: false, wall: false });
    expect(clock.trueMsOf(1_000, 5_000)).toBe(5_400);
  });
});

describe('the trace', () => {
  const hashOf = (...values: readonly unknown[]) => {
    const trace = createTraceHash();
    for (const value of values) trace.value(value);
    return trace.hex();
  };

  test('sees every value, its place and its kind', () => {
    const rows = [
      [1, 2],
      [2, 1],
      ['12'],
      ['1', '2'],
      [0.001],
      [1, 0],
      [0.002],
      [2 ** 40],
      [true],
      [false],
      [null],
      [undefined],
      [12n],
      [{ a: 1, b: 2 }],
      [{ a: 2, b: 1 }],
      [new Uint8Array([1, 2, 3, 4, 5])],
      [new Uint8Array([1, 2, 3, 4, 6])],
      [new Uint8Array([1, 2, 3, 5, 5])],
      [[1], [2]],
      [[1, 2]],
    ];
    const hashes = rows.map((row) => hashOf(...row));
    expect(new Set(hashes).size).toBe(rows.length);
    expect(rows.map((row) => hashOf(...row))).toEqual(hashes);
    for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{16}$/);
  });
});
