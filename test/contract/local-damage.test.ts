/** What becomes of a local store and a data folder whose bytes are not what was written. */
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { openDataFolder } from '../../src/adapters/data-folder.ts';
import { openLevelStore } from '../../src/adapters/level-store.ts';
import { temporaryFolder } from './local-folder.ts';

const entriesInTable = 500;
const entriesWritten = 1_000;
const root = mkdtempSync(join(tmpdir(), 't4-damage-'));
const pristine = join(root, 'pristine');

/**
 * Two openings, each too small to fill LevelDB's buffer: the second turns the log of the first into a table, so the folder
 * always holds one table and one log, whatever a background thread would have been about to do.
 */
beforeAll(async () => {
  for (const [start, end] of [
    [0, entriesInTable],
    [entriesInTable, entriesWritten],
  ] as const) {
    const { store } = await openLevelStore(pristine);
    for (let position = start; position < end; position += 1) {
      const value = new Uint8Array(randomBytes(5_000));
      await store.write([{ kind: 'put', key: keyOf(position), value }], { durability: 'none' });
    }
    await store.close();
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('an undamaged store opens with all it had and reports nothing', async () => {
  const { opened } = await openDamaged(() => undefined);
  expect(opened.setAside).toBeUndefined();
  expect(await opened.store.scan(keyOf(0), keyOf(entriesWritten), 10_000)).toHaveLength(entriesWritten);
});

const damages: readonly [string, RegExp, (directory: string) => void][] = [
  [
    'manifest overwritten',
    /Corruption/,
    (directory) => writeFileSync(find(directory, /^MANIFEST/), 'nonsense'.repeat(99)),
  ],
  ['manifest emptied', /Corruption/, (directory) => writeFileSync(find(directory, /^MANIFEST/), '')],
  ['manifest missing', /MANIFEST-\d+ is missing/, (directory) => rmSync(find(directory, /^MANIFEST/))],
  ['CURRENT overwritten', /Corruption/, (directory) => writeFileSync(join(directory, 'CURRENT'), 'nonsense')],
  ['CURRENT emptied', /Corruption/, (directory) => writeFileSync(join(directory, 'CURRENT'), '')],
  [
    'CURRENT dangling',
    /MANIFEST-999999 is missing/,
    (directory) => writeFileSync(join(directory, 'CURRENT'), 'MANIFEST-999999\n'),
  ],
  ['CURRENT missing', /CURRENT is missing although/, (directory) => rmSync(join(directory, 'CURRENT'))],
  ['a table missing', /Corruption: 1 missing file/, (directory) => rmSync(find(directory, /\.ldb$/))],
  ['a bit of the log flipped', /operation \d+ is missing/, (directory) => flipBit(find(directory, /^\d+\.log$/), 0.3)],
  ['a block of the log zeroed', /operation \d+ is missing/, (directory) => zeroBlock(find(directory, /^\d+\.log$/), 2)],
  [
    'an older log empty',
    /holds nothing although/,
    (directory) => {
      writeFileSync(join(directory, '000001.log'), '');
    },
  ],
];

test.each(damages)('%s: the store is set aside, named, and starts empty', async (_name, reason, damage) => {
  const { opened, directory } = await openDamaged(damage);
  expect(opened.setAside?.reason).toMatch(reason);
  expect(opened.setAside?.path).toBe(`${directory}.aside-1`);
  expect(statSync(`${directory}.aside-1`).isDirectory()).toBe(true);
  expect(await opened.store.scan(keyOf(0), keyOf(entriesWritten), 10)).toEqual([]);
  await opened.store.write([{ kind: 'put', key: keyOf(1), value: Uint8Array.of(1) }], { durability: 'fsync' });
  expect(await opened.store.getMany([keyOf(1)])).toEqual([Uint8Array.of(1)]);
});

test('a log that ends in a torn record opens with the writes before it', async () => {
  const { opened } = await openDamaged((directory) => {
    const log = find(directory, /^\d+\.log$/);
    writeFileSync(log, readFileSync(log).subarray(0, -1_000));
  });
  expect(opened.setAside).toBeUndefined();
  expect(await opened.store.scan(keyOf(0), keyOf(entriesWritten), 10_000)).toHaveLength(entriesWritten - 1);
});

test('a bit flipped in a table is never served: the reads of it fail as damaged, setAside gives an empty store', async () => {
  const { opened } = await openDamaged((directory) => flipBit(find(directory, /\.ldb$/), 0.5));
  expect(opened.setAside).toBeUndefined();
  await expect(opened.store.scan(keyOf(0), keyOf(entriesWritten), 10_000)).rejects.toMatchObject({ code: 'damaged' });
  const keys = Array.from({ length: entriesWritten }, (_, position) => keyOf(position));
  await expect(opened.store.getMany(keys)).rejects.toMatchObject({ code: 'damaged' });
  const alone = await Promise.allSettled(keys.map((key) => opened.store.getMany([key])));
  expect(alone.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  expect(await opened.store.setAside()).toMatch(/\.aside-1$/);
  expect(await opened.store.getMany(keys.slice(0, 1))).toEqual([undefined]);
});

test('a folder that cannot be used is an error, not a reason to move anything', async () => {
  const directory = join(temporaryFolder(), 'state');
  mkdirSync(join(`${directory}.lock`, 'LOCK'), { recursive: true });
  await expect(openLevelStore(directory)).rejects.toMatchObject({ code: 'failed' });
});

test('a damaged lock database is made anew', async () => {
  const directory = join(temporaryFolder(), 'state');
  await (await openLevelStore(directory)).store.close();
  writeFileSync(join(`${directory}.lock`, 'CURRENT'), 'nonsense');
  const { store, setAside } = await openLevelStore(directory);
  onTestFinished(() => store.close());
  expect(setAside).toBeUndefined();
  await expect(openLevelStore(directory)).rejects.toMatchObject({ code: 'in-use' });
});

test('the data folder reports what was set aside and keeps its identity', async () => {
  const path = join(temporaryFolder(), 'data');
  const first = await openDataFolder(path);
  await first.localStore.write([{ kind: 'put', key: keyOf(1), value: Uint8Array.of(1) }], { durability: 'fsync' });
  await first.close();
  writeFileSync(join(path, 'state', 'CURRENT'), 'nonsense');
  const second = await openDataFolder(path);
  onTestFinished(() => second.close());
  expect(second.memberId).toBe(first.memberId);
  expect(second.reports).toEqual([expect.stringContaining(join(path, 'state.aside-1'))]);
});

async function openDamaged(damage: (directory: string) => void) {
  const directory = join(temporaryFolder(), 'state');
  cpSync(pristine, directory, { recursive: true });
  damage(directory);
  const opened = await openLevelStore(directory);
  onTestFinished(() => opened.store.close());
  return { opened, directory };
}

function find(directory: string, pattern: RegExp): string {
  const name = readdirSync(directory).find((candidate) => pattern.test(candidate));
  if (name === undefined) throw new Error(`no file like ${pattern} in ${directory}`);
  return join(directory, name);
}

function flipBit(path: string, share: number): void {
  const content = readFileSync(path);
  const position = Math.floor(content.length * share);
  content.writeUInt8(content.readUInt8(position) ^ 1, position);
  writeFileSync(path, content);
}

function zeroBlock(path: string, block: number): void {
  writeFileSync(path, readFileSync(path).fill(0, block * 32_768, (block + 1) * 32_768));
}

function keyOf(position: number): Uint8Array {
  return new TextEncoder().encode(`key-${String(position).padStart(6, '0')}`);
}
