import { expect, test } from 'vitest';
import { insertIntoDoc, table } from './report.ts';
import type { MeasuredRound } from './run.ts';

function rounds(...rates: readonly number[]): readonly MeasuredRound[] {
  return rates.map((callsPerSecond) => ({
    callsPerSecond,
    calls: callsPerSecond,
    p50Ms: 1,
    p99Ms: 2,
    generatorCpu: callsPerSecond / 10_000,
    serverCpuMicroseconds: 50,
  }));
}

test('a line has medians of each server and the ratios of the pairs', () => {
  const text = table([
    { operation: 'put', streams: 1000, rounds: { t4: rounds(1000, 3000, 2000), etcd: rounds(2000, 2000, 4000) } },
  ]);
  const cells = (text.split('\n')[2] ?? '').split('|').map((cell) => cell.trim());
  expect(cells.slice(1, -1)).toEqual([
    'put',
    '1,000',
    '2,000',
    '1.00',
    '2.00',
    '50',
    '2,000',
    '1.00',
    '2.00',
    '50',
    '0.50 (0.50–1.50)',
    '40 %',
  ]);
});

test('alone, T4 has no ratio, and unknown processor time is not made up', () => {
  const unknown = rounds(1234).map((round) => ({ ...round, serverCpuMicroseconds: undefined }));
  const text = table([{ operation: 'get', streams: 1, rounds: { t4: unknown } }]);
  expect(text).not.toContain('etcd');
  expect(text.split('\n')[2]?.replaceAll(/ +/g, ' ')).toBe('| get | 1 | 1,234 | 1.00 | 2.00 | ? | 12 % |');
});

test('the figures replace what stood between the marks, and nothing else', () => {
  const doc = 'before\n<!-- bench: begin -->\nold\n<!-- bench: end -->\nafter\n';
  const once = insertIntoDoc(doc, 'new');
  expect(once).toBe('before\n<!-- bench: begin -->\n\nnew\n\n<!-- bench: end -->\nafter\n');
  expect(insertIntoDoc(once, 'new')).toBe(once);
  expect(() => insertIntoDoc('no marks', 'new')).toThrow('lacks the marks');
});
