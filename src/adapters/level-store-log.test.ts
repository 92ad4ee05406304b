import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findHoleInLogs } from './level-store-log.ts';

const directory = mkdtempSync(join(tmpdir(), 't4-level-log-'));
let older = new Uint8Array(0);
let newer = new Uint8Array(0);

/** Two logs of one database as LevelDB wrote them: single operations, batches, and batches longer than a block. */
beforeAll(async () => {
  older = await logOfOneOpening();
  newer = await logOfOneOpening();
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('whole logs count on, alone and together', () => {
  expect(holeIn(older, newer)).toBeUndefined();
  expect(holeIn(older)).toBeUndefined();
  expect(holeIn(newer)).toBeUndefined();
  expect(holeIn()).toBeUndefined();
  expect(holeIn(older, new Uint8Array(0))).toBeUndefined();
});

test('any torn tail of the newest log is no hole', () => {
  for (let length = 0; length < newer.length; length += 997) {
    expect(holeIn(older, newer.subarray(0, length))).toBeUndefined();
  }
});

test('any torn tail of an older log is a hole', () => {
  for (let length = 0; length < older.length; length += 997) {
    expect(holeIn(older.subarray(0, length), newer)).toMatch(/missing|holds nothing/);
  }
});

test('any flipped bit in an older log is a hole', () => {
  for (let position = 0; position < older.length; position += 997) {
    const flipped = older.slice();
    flipped[position] = (flipped[position] as number) ^ 0x10;
    expect(holeIn(flipped, newer)).toMatch(/missing|holds nothing/);
  }
});

test('a damaged start of the only log is a hole', () => {
  const flipped = older.slice();
  flipped[0] = (flipped[0] as number) ^ 1;
  expect(holeIn(flipped)).toMatch(/first operations are missing/);
});

test('a log missing between two, and logs in the wrong order, are holes', () => {
  expect(holeIn(newer, older)).toMatch(/is missing/);
  expect(holeIn(older, older)).toMatch(/is missing/);
});

function holeIn(...logs: readonly Uint8Array[]): string | undefined {
  return findHoleInLogs(logs.map((bytes, position) => ({ name: `${position}.log`, bytes })));
}

async function logOfOneOpening(): Promise<Uint8Array<ArrayBuffer>> {
  const database = new ClassicLevel(directory);
  await database.open();
  for (let turn = 0; turn < 12; turn += 1) {
    await database.put(`key-${turn}`, 'x'.repeat(turn * 100));
    await database.batch([
      { type: 'put', key: 'a', value: 'y'.repeat(turn === 6 ? 70_000 : turn * 500) },
      { type: 'del', key: `key-${turn}` },
    ]);
  }
  await database.close();
  const name = readdirSync(directory).find((candidate) => candidate.endsWith('.log'));
  return new Uint8Array(readFileSync(join(directory, name as string)));
}
