import { mkdir, open, readFile, readdir, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Disk } from '../ports/disk.ts';
import { asideFolderName, assertDiskFileName, isDiskFileName } from './disk-file-name.ts';
import { createNodeDiskFile } from './node-disk-file.ts';
import type { NodeDiskFile } from './node-disk-file.ts';
import { syncDirectory } from './node-disk-sync.ts';
import { DataFolderError, reasonOf, systemCodeOf } from './data-folder-error.ts';

/** The log appends to one or two files at a time; more open ones are only waiting to be removed. */
export const diskOpenFilesMax = 16;

/**
 * A disk in a folder of the file system, which the caller holds alone.
 *
 * - What `read` returns right after the open is durable: an earlier process may have died with bytes in the page cache
 *   that a power loss would still take, so opening syncs every file that is there.
 * - Each file has a queue of its own; files do not wait for one another.
 */
export async function openNodeDisk(directory: string): Promise<Disk> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const present = await filesIn(directory);
  for (const name of present) await syncFile(join(directory, name));
  if (present.length > 0) await syncDirectory(directory);

  /** Least recently used first. */
  const files = new Map<string, NodeDiskFile>();
  let closed = false;
  let releaseProblem: DataFolderError | undefined;

  function fileOf(name: string): NodeDiskFile {
    if (closed) throw new DataFolderError('failed', `the disk ${directory} is closed`);
    assertDiskFileName(name);
    const file = files.get(name) ?? createNodeDiskFile(directory, name);
    files.delete(name);
    files.set(name, file);
    releaseIdleFiles(name);
    return file;
  }

  /** A poisoned file stays known: forgetting it would let its untrusted tail be appended to. */
  function releaseIdleFiles(wanted: string): void {
    let excess = files.size - diskOpenFilesMax;
    for (const [name, file] of files) {
      if (excess <= 0) return;
      if (name === wanted || file.busy || file.poisoned) continue;
      files.delete(name);
      excess -= 1;
      file.release().catch((error: unknown) => {
        releaseProblem ??= new DataFolderError('failed', `cannot close ${name}: ${reasonOf(error)}`, error);
      });
    }
  }

  return {
    async append(file, bytes, { durability }) {
      await fileOf(file).append(bytes, durability);
    },
    async read(file) {
      if (closed) throw new DataFolderError('failed', `the disk ${directory} is closed`);
      assertDiskFileName(file);
      try {
        return plain(await readFile(join(directory, file)));
      } catch (error) {
        if (systemCodeOf(error) === 'ENOENT') return undefined;
        throw error;
      }
    },
    async list() {
      if (closed) throw new DataFolderError('failed', `the disk ${directory} is closed`);
      return filesIn(directory);
    },
    async remove(file, { durability }) {
      await fileOf(file).retire(async (path) => {
        await unlink(path).catch((error: unknown) => {
          if (systemCodeOf(error) !== 'ENOENT') throw error;
        });
        if (durability === 'fsync') await syncDirectory(directory);
      });
    },
    async setAside(file) {
      return fileOf(file).retire((path) => moveAside(directory, file, path));
    },
    async close() {
      closed = true;
      await Promise.all([...files.values()].map((file) => file.release()));
      files.clear();
      if (releaseProblem !== undefined) throw releaseProblem;
    },
  };
}

async function moveAside(directory: string, name: string, path: string): Promise<string> {
  const asideDirectory = join(directory, asideFolderName);
  await mkdir(asideDirectory, { recursive: true, mode: 0o700 });
  const taken = new Set(await readdir(asideDirectory));
  let copy = 1;
  while (taken.has(`${name}.${copy}`)) copy += 1;
  const destination = join(asideDirectory, `${name}.${copy}`);
  await rename(path, destination);
  await syncDirectory(asideDirectory);
  await syncDirectory(directory);
  return destination;
}

async function filesIn(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && isDiskFileName(entry.name))
    .map((entry) => entry.name)
    .sort();
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
