import { expect, test } from 'vitest';
import { createLocalLogFiles, localLogFileName } from './local-log-files.ts';
import type { SealedFrame } from './seal.ts';

const mebibyte = 1024 * 1024;

function frameOf(firstSequence: number, records: number, bytes: number): SealedFrame {
  const fence = { record: { kind: 'fence', epoch: 1, memberId: 1n }, versions: [] } as const;
  return {
    bytes: new Uint8Array(bytes),
    hash: new Uint8Array(32),
    firstSequence,
    wallMs: 0,
    admitted: Array.from({ length: records }, () => fence),
    onDisk: false,
    inSlot: false,
    acknowledged: false,
    acknowledgedAtMs: 0,
  };
}

test('names sort as the log does', () => {
  const names = [9, 10, 99, 100, 2 ** 40].map(localLogFileName);
  expect([...names].sort()).toEqual(names);
  expect(names[0]).toBe('00000000000000000009.log');
});

test('a file takes frames until it is full, and is named after its first', () => {
  const files = createLocalLogFiles();
  expect(files.fileFor(frameOf(2, 3, 10 * mebibyte))).toBe(localLogFileName(2));
  expect(files.fileFor(frameOf(5, 1, 10 * mebibyte))).toBe(localLogFileName(2));
  expect(files.fileFor(frameOf(6, 1, 1))).toBe(localLogFileName(6));
});

test('a file goes when its last frame is in a slot; the one being filled stays', () => {
  const files = createLocalLogFiles();
  files.fileFor(frameOf(2, 3, 16 * mebibyte));
  files.fileFor(frameOf(5, 1, 16 * mebibyte));
  files.fileFor(frameOf(6, 4, 1));
  expect(files.released(3)).toEqual([]);
  expect(files.released(4)).toEqual([localLogFileName(2)]);
  expect(files.released(4)).toEqual([]);
  expect(files.released(9)).toEqual([localLogFileName(5)]);
  expect(files.fileFor(frameOf(10, 1, 16 * mebibyte))).toBe(localLogFileName(6));
  expect(files.released(10)).toEqual([localLogFileName(6)]);
  expect(files.fileFor(frameOf(11, 1, 1))).toBe(localLogFileName(11));
});
