import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { stopOnSignals } from './stop-on-signals.ts';

it.each([
  ['SIGTERM', 'SIGTERM', 143],
  ['SIGINT', 'SIGINT', 130],
  ['SIGTERM', 'SIGINT', 130],
])('%s asks for a stop, %s after it ends at once with %d', (first, second, exitCode) => {
  const source = new EventEmitter();
  const ends: unknown[] = [];
  const stop = stopOnSignals(source, (signal, code) => ends.push([signal, code]));
  expect(stop.aborted).toBe(false);
  source.emit(first);
  expect([stop.aborted, stop.reason, ends]).toEqual([true, first, []]);
  source.emit(second);
  expect(ends).toEqual([[second, exitCode]]);
});

it('takes signals that come together for one', () => {
  const source = new EventEmitter();
  const ends: unknown[] = [];
  let atMs = 7_000;
  stopOnSignals(source, (_, code) => ends.push(code), { togetherMs: 200, nowMs: () => atMs });
  source.emit('SIGINT');
  atMs += 199;
  source.emit('SIGINT');
  expect(ends).toEqual([]);
  atMs += 1;
  source.emit('SIGINT');
  expect(ends).toEqual([130]);
});
