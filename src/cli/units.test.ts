import { describe, expect, it } from 'vitest';
import { formatDuration, formatSize, parseDuration, parseSize } from './units.ts';

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['3s', 3_000],
    ['1.5s', 1_500],
    ['1m30s', 90_000],
    ['24h', 86_400_000],
    ['0s', 0],
  ])('%s', (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds));

  it.each(['', '3', '3 s', 's', '-3s', '3s ', '3d', '1e3s', '3s4'])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it.each([
    [500, '500ms'],
    [3_000, '3s'],
    [1_500, '1.5s'],
    [600_000, '10m'],
    [1_234, '1234ms'],
    [0, '0ms'],
  ])('writes %d as %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
    expect(parseDuration(text)).toBe(milliseconds);
  });
});

describe('sizes', () => {
  it.each([
    ['1048576', 1_048_576],
    ['1.5MiB', 1_572_864],
    ['512kib', 524_288],
    ['64MB', 64_000_000],
    ['2 GiB', 2_147_483_648],
    ['7B', 7],
  ])('%s', (text, bytes) => expect(parseSize(text)).toBe(bytes));

  it.each(['', 'MiB', '-1', '1TiB', '1iB', '1 k'])('refuses %j', (text) => expect(parseSize(text)).toBeUndefined());

  it('writes them for people', () => {
    expect([0, 1_023, 1_536, 1_572_864].map(formatSize)).toEqual(['0 B', '1023 B', '1.5 KiB', '1.5 MiB']);
  });
});
