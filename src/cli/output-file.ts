/** A file that is there when it is whole, and not before. */
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { usageError } from './cli-error.ts';

export interface OutputFile {
  write(bytes: Uint8Array): Promise<void>;
}

const bufferBytes = 1024 * 1024;

/** `use` writes it. What failed, or was interrupted, leaves nothing; whoever is killed leaves `FILE.partial`, which is written over. */
export async function writeOutputFile<Result>(
  path: string,
  use: (file: OutputFile) => Promise<Result>,
): Promise<Result> {
  const partial = `${path}.partial`;
  // Never into what is there: in a folder of several people it may lead elsewhere, or be somebody else's to read.
  await rm(partial, { force: true });
  const file = await open(partial, 'wx', 0o600);
  try {
    const result = await use(outputOf(file));
    await file.sync();
    await file.close();
    await rename(partial, path);
    await syncFolder(dirname(path));
    return result;
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(partial, { force: true });
    throw error;
  }
}

/** Somebody's file is not written over. */
export async function checkIsNew(option: string, path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined) throw usageError(`${option}: ${path} is there already`, 'give another name, or remove it');
  const folder = await stat(dirname(path)).catch(() => undefined);
  if (folder?.isDirectory() !== true) throw usageError(`${option}: there is no folder ${dirname(path)}`);
}

function outputOf(file: FileHandle): OutputFile {
  let offset = 0;
  return {
    async write(bytes) {
      for (let done = 0; done < bytes.length;) {
        const piece = bytes.subarray(done, done + bufferBytes);
        const { bytesWritten } = await file.write(piece, 0, piece.length, offset);
        done += bytesWritten;
        offset += bytesWritten;
      }
    },
  };
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
