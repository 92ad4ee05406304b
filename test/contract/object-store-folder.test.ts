import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openFileStore } from '../../src/adapters/file-store/file-store.ts';
import { objectStoreContract } from './object-store.ts';

objectStoreContract('folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 't4-folder-store-'));
  const store = await openFileStore(folder);
  return { store, dispose: () => rm(folder, { recursive: true, force: true }) };
});

test.skipIf(process.platform === 'win32')('a folder that it makes is nobody else’s to look into', async () => {
  const folder = await mkdtemp(join(tmpdir(), 't4-folder-store-'));
  const modeOf = async (path: string) => (await stat(path)).mode & 0o777;
  try {
    await openFileStore(join(folder, 'made', 'store'));
    expect(await modeOf(join(folder, 'made'))).toBe(0o700);
    expect(await modeOf(join(folder, 'made', 'store'))).toBe(0o700);
    await chmod(folder, 0o750);
    await openFileStore(folder);
    expect(await modeOf(folder)).toBe(0o750);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
