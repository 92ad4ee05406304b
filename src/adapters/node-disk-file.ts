import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiskDurability } from '../ports/disk.ts';
import { DataFolderError, reasonOf } from './data-folder-error.ts';
import { syncDirectory } from './node-disk-sync.ts';
import { createOrderedQueue } from './ordered-queue.ts';

/** Appends that wait for a sync are written together up to this size. */
const appendRunBytesMax = 8 * 1024 * 1024;

/**
 * One append-only file.
 *
 * - Appends that arrive while a sync is under way share the next one.
 * - The first synced append also syncs the folder, since the file's name may be younger than the last such sync.
 * - After a failed write or sync the tail is untrusted and the sync is never tried again (the kernel may have dropped the
 *   dirty pages and would answer that all is well): every later append is refused until the file is removed or set aside.
 */
export interface NodeDiskFile {
  append(bytes: Uint8Array, durability: DiskDurability): Promise<void>;
  /** Closes the file in its turn, then runs `work` on its path alone; the next append starts a new file. */
  retire<Result>(work: (path: string) => Promise<Result>): Promise<Result>;
  /** Closes the handle; the file may be appended to again later. */
  release(): Promise<void>;
  readonly busy: boolean;
  readonly poisoned: boolean;
}

interface Append {
  readonly bytes: Uint8Array;
  readonly durability: DiskDurability;
}

export function createNodeDiskFile(directory: string, name: string): NodeDiskFile {
  const path = join(directory, name);
  const queue = createOrderedQueue<Append>(applyRun, (append) => append.bytes.length, appendRunBytesMax);
  let handle: FileHandle | undefined;
  let nameSynced = false;
  let failure: string | undefined;

  async function applyRun(run: readonly Append[]): Promise<void> {
    if (failure !== undefined) {
      throw new DataFolderError('failed', `${path} takes no more appends: an earlier one failed (${failure}).`);
    }
    try {
      await writeRun(run);
    } catch (error) {
      failure = reasonOf(error);
      throw new DataFolderError('failed', `cannot append to ${path}: ${failure}`, error);
    }
  }

  async function writeRun(run: readonly Append[]): Promise<void> {
    handle ??= await open(path, 'a', 0o600);
    const parts = run.map((append) => append.bytes);
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const { bytesWritten } = await handle.writev(parts);
    if (bytesWritten !== length) throw new Error(`only ${bytesWritten} of ${length} bytes were written`);
    if (run.every((append) => append.durability === 'none')) return;
    await handle.datasync();
    if (nameSynced) return;
    await syncDirectory(directory);
    nameSynced = true;
  }

  async function closeHandle(): Promise<void> {
    const closing = handle;
    handle = undefined;
    nameSynced = false;
    await closing?.close();
  }

  return {
    append: (bytes, durability) => queue.submit({ bytes, durability }),
    retire: (work) =>
      queue.exclusively(async () => {
        await closeHandle();
        const result = await work(path);
        failure = undefined;
        return result;
      }),
    release: () => queue.exclusively(closeHandle),
    get busy() {
      return queue.busy;
    },
    get poisoned() {
      return failure !== undefined;
    },
  };
}
