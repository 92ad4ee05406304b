import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDataFolder } from './data-folder.ts';

let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 't4-data-folder-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

test('a new folder is for its owner alone and keeps its identity and content', async () => {
  const path = join(root, 'deep', 'data');
  const first = await openDataFolder(path);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(first.reports).toEqual([]);
  expect(readFileSync(join(path, 'identity'), 'latin1')).toBe(`${first.memberId.toString(16).padStart(16, '0')}\n`);
  await first.disk.append('log', Uint8Array.of(1), { durability: 'fsync' });
  await first.localStore.write([{ kind: 'put', key: Uint8Array.of(1), value: Uint8Array.of(2) }], {
    durability: 'none',
  });
  await first.close();

  const second = await openDataFolder(path);
  expect(second.memberId).toBe(first.memberId);
  expect(await second.disk.read('log')).toEqual(Uint8Array.of(1));
  expect(await second.localStore.getMany([Uint8Array.of(1)])).toEqual([Uint8Array.of(2)]);
  await second.close();
});

test('two folders have different identities', async () => {
  const folders = [await openDataFolder(join(root, 'a')), await openDataFolder(join(root, 'b'))];
  expect(folders[0]?.memberId).not.toBe(folders[1]?.memberId);
  for (const folder of folders) await folder.close();
});

test.each(['', 'nonsense', '0000000000000000\n', '123456789abcdef\n', '0123456789abcdef0\n', '0123456789ABCDEF\n'])(
  'an identity file that holds %j is named, left as it is, and the folder is let go',
  async (content) => {
    const path = join(root, 'data');
    mkdirSync(path, { mode: 0o700 });
    const identity = join(path, 'identity');
    writeFileSync(identity, content);
    await expect(openDataFolder(path)).rejects.toMatchObject({ code: 'damaged' });
    await expect(openDataFolder(path)).rejects.toThrow(identity);
    expect(readFileSync(identity, 'latin1')).toBe(content);
    rmSync(identity);
    await (await openDataFolder(path)).close();
  },
);

test('what a crash left of a half-made identity is written over', async () => {
  const path = join(root, 'data');
  mkdirSync(path, { mode: 0o700 });
  writeFileSync(join(path, 'identity.new'), '0123');
  const folder = await openDataFolder(path);
  expect(folder.memberId).not.toBe(0n);
  await folder.close();
});

test('a folder that others may read is used and reported', async () => {
  const path = join(root, 'data');
  mkdirSync(path);
  chmodSync(path, 0o755);
  const folder = await openDataFolder(path);
  expect(folder.reports).toEqual([expect.stringContaining('mode 755')]);
  await folder.close();
});

test('a path that cannot be a folder is named', async () => {
  const path = join(root, 'file');
  writeFileSync(path, '');
  await expect(openDataFolder(path)).rejects.toThrow(path);
  await expect(openDataFolder(path)).rejects.toMatchObject({ code: 'failed' });
});
