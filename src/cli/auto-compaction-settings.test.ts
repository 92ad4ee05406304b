import { describe, expect, it } from 'vitest';
import { autoCompactionOf } from './auto-compaction-settings.ts';
import { parseGoDuration } from './go-duration.ts';

describe('what is compacted by itself, as etcd reads it', () => {
  it.each([
    ['periodic', '0', undefined],
    ['periodic', '0s', undefined],
    ['revision', '0', undefined],
    ['periodic', '1', { kind: 'periodic', retentionMs: 3_600_000 }],
    ['periodic', '72h', { kind: 'periodic', retentionMs: 72 * 3_600_000 }],
    ['periodic', '10m', { kind: 'periodic', retentionMs: 600_000 }],
    ['periodic', '1h30m', { kind: 'periodic', retentionMs: 5_400_000 }],
    ['revision', '1000', { kind: 'revision', revisions: 1_000 }],
  ] as const)('%s %s', (mode, retention, expected) => {
    expect(autoCompactionOf(mode, retention)).toEqual(expected);
  });

  it.each([
    ['periodic', 'a day', /neither a number of hours nor a duration/],
    ['periodic', '-5m', /neither a number of hours nor a duration/],
    ['periodic', '', /neither a number of hours nor a duration/],
    ['periodic', '87841', /more than ten years/],
    ['revision', '5m', /no number of revisions/],
  ] as const)('%s %s is refused', (mode, retention, words) => {
    expect(() => autoCompactionOf(mode, retention)).toThrow(words);
  });
});

describe('a duration as Go reads it', () => {
  it.each([
    ['0', 0],
    ['-0', -0],
    ['1h2m3s4ms', 3_723_004],
    ['1.5h', 5_400_000],
    ['.5s', 500],
    ['+2m', 120_000],
    ['-1s', -1_000],
    ['5us', 0.005],
    ['5µs', 0.005],
    ['1s1h', 3_601_000],
  ])('%s', (text, milliseconds) => expect(parseGoDuration(text)).toBeCloseTo(milliseconds, 9));

  it.each(['', '+', '5', 's', '.s', '1d', '1h ', ' 1h', '1e3s', '1h-2m'])('%j is none', (text) =>
    expect(parseGoDuration(text)).toBeUndefined(),
  );
});
