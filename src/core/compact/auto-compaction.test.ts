import { expect, test } from 'vitest';
import type { AutoCompaction } from '../types/auto-compaction.ts';
import { createAutoCompactor } from './auto-compaction.ts';

/** Asks as often as it wants to be asked; the revision at a time is the number of whole minutes until then, plus 1. */
function compactions(compaction: AutoCompaction, untilMs: number, refused: (atMs: number) => boolean = () => false) {
  const revisionAt = (atMs: number) => 1 + Math.floor(atMs / 60_000);
  const compactor = createAutoCompactor(compaction, revisionAt(0), 0);
  const seen: string[] = [];
  for (let atMs = compactor.intervalMs; atMs <= untilMs; atMs += compactor.intervalMs) {
    const due = compactor.due(revisionAt(atMs), atMs);
    if (due === undefined) continue;
    const isRefused = refused(atMs);
    if (!isRefused) compactor.compacted(due, atMs);
    seen.push(`${atMs / 60_000}m: ${due}${isRefused ? ' refused' : ''}`);
  }
  return seen;
}

const minutes = 60_000;

test('below an hour: at each period, at what was the newest a period ago', () => {
  expect(compactions({ kind: 'periodic', retentionMs: 10 * minutes }, 40 * minutes)).toEqual([
    '10m: 1',
    '20m: 10',
    '30m: 20',
    '40m: 30',
  ]);
});

test('above an hour: nothing for the whole period, then every hour', () => {
  expect(compactions({ kind: 'periodic', retentionMs: 180 * minutes }, 360 * minutes)).toEqual([
    '180m: 1',
    '240m: 55',
    '300m: 115',
    '360m: 175',
  ]);
});

test('what was refused is tried again a tenth of the period later', () => {
  const seen = compactions(
    { kind: 'periodic', retentionMs: 10 * minutes },
    23 * minutes,
    (atMs) => atMs < 12 * minutes,
  );
  expect(seen).toEqual(['10m: 1 refused', '11m: 1 refused', '12m: 2', '22m: 12']);
});

test('where nothing was written since, nothing is compacted again', () => {
  const compactor = createAutoCompactor({ kind: 'periodic', retentionMs: 10 }, 5, 0);
  let times = 0;
  for (let atMs = 1; atMs <= 100; atMs++) {
    const due = compactor.due(5, atMs);
    if (due === undefined) continue;
    times += 1;
    compactor.compacted(due, atMs);
  }
  expect(times).toBe(1);
});

test('by revision: every five minutes, the newest so many stay', () => {
  expect(compactions({ kind: 'revision', revisions: 12 }, 30 * minutes)).toEqual([
    '15m: 4',
    '20m: 9',
    '25m: 14',
    '30m: 19',
  ]);
  const idle = createAutoCompactor({ kind: 'revision', revisions: 2 }, 10, 0);
  expect(idle.due(10, 300_000)).toBe(8);
  idle.compacted(8, 300_000);
  expect(idle.due(10, 600_000)).toBeUndefined();
});
