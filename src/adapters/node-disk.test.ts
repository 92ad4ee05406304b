import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openNodeDisk } from './node-disk.ts';

let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 't4-node-disk-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(directory, { recursive: true, force: true });
});

test('after a failed sync the file takes no more appends, and the sync is not tried again; other files go on', async () => {
  const disk = await openNodeDisk(directory);
  await append('log', 'fsync');
  const datasync = vi
    .spyOn(await fileHandlePrototype(), 'datasync')
    .mockRejectedValue(new Error('EIO: the disk said no'));
  const together = await Promise.allSettled([append('log', 'fsync'), append('log', 'none'), append('log', 'fsync')]);
  expect(together.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(datasync).toHaveBeenCalledTimes(1);
  datasync.mockRestore();
  await expect(append('log', 'none')).rejects.toThrow(/the disk said no/);
  await expect(append('log', 'fsync')).rejects.toMatchObject({ code: 'failed' });
  for (let file = 0; file < 40; file += 1) await append(`other-${file}`, 'fsync');
  await expect(append('log', 'fsync')).rejects.toThrow(/takes no more appends/);
  await disk.setAside('log');
  await append('log', 'fsync');
  expect(await disk.read('log')).toEqual(Uint8Array.of(1));
  await disk.close();

  function append(file: string, durability: 'fsync' | 'none'): Promise<void> {
    return disk.append(file, Uint8Array.of(1), { durability });
  }
});

test('after a write that was cut short the file takes no more appends', async () => {
  const disk = await openNodeDisk(directory);
  const writev = vi.spyOn(await fileHandlePrototype(), 'writev').mockResolvedValue({ bytesWritten: 1, buffers: [] });
  await expect(disk.append('log', new Uint8Array(9), { durability: 'none' })).rejects.toThrow(/only 1 of 9 bytes/);
  writev.mockRestore();
  await expect(disk.append('log', new Uint8Array(9), { durability: 'none' })).rejects.toThrow(/only 1 of 9 bytes/);
  await disk.close();
});

test('fsync syncs the data each time and the folder once a file; none syncs nothing', async () => {
  const disk = await openNodeDisk(directory);
  const prototype = await fileHandlePrototype();
  const datasync = vi.spyOn(prototype, 'datasync');
  const sync = vi.spyOn(prototype, 'sync');
  const counts = () => [datasync.mock.calls.length, sync.mock.calls.length];
  await disk.append('log', Uint8Array.of(1), { durability: 'none' });
  expect(counts()).toEqual([0, 0]);
  await disk.append('log', Uint8Array.of(1), { durability: 'fsync' });
  expect(counts()).toEqual([1, 1]);
  await disk.append('log', Uint8Array.of(1), { durability: 'fsync' });
  expect(counts()).toEqual([2, 1]);
  await disk.remove('log', { durability: 'none' });
  expect(counts()).toEqual([2, 1]);
  await disk.append('log', Uint8Array.of(1), { durability: 'fsync' });
  await disk.remove('log', { durability: 'fsync' });
  expect(counts()).toEqual([3, 3]);
  await disk.close();
});

test('opening syncs what an earlier process may have left in the page cache', async () => {
  writeFileSync(join(directory, 'log-1'), 'x');
  writeFileSync(join(directory, 'log-2'), 'x');
  const sync = vi.spyOn(await fileHandlePrototype(), 'sync');
  const disk = await openNodeDisk(directory);
  expect(sync).toHaveBeenCalledTimes(3);
  await disk.close();
});

test('appends go on after reopening; strangers in the folder are not listed', async () => {
  const first = await openNodeDisk(directory);
  await first.append('log', Uint8Array.of(1), { durability: 'fsync' });
  const kept = await first.setAside('log');
  await first.append('log', Uint8Array.of(2), { durability: 'none' });
  await first.close();
  writeFileSync(join(directory, 'README~'), '');
  mkdirSync(join(directory, 'folder'));

  const second = await openNodeDisk(directory);
  await second.append('log', Uint8Array.of(3), { durability: 'fsync' });
  expect(await second.read('log')).toEqual(Uint8Array.of(2, 3));
  expect(await second.list()).toEqual(['log']);
  await second.setAside('log');
  expect([...readFileSync(kept)]).toEqual([1]);
  expect(readdirSync(join(directory, 'aside')).sort()).toEqual(['log.1', 'log.2']);
  await second.close();
});

async function fileHandlePrototype() {
  const handle = await open(directory, 'r');
  await handle.close();
  return Object.getPrototypeOf(handle) as typeof handle;
}
