import { realpath, mkdir } from 'node:fs/promises';
import { ClassicLevel } from 'classic-level';
import { DataFolderError, reasonOf, systemCodeOf } from './data-folder-error.ts';

/**
 * A lock that dies with its process: the one that LevelDB holds on an (always empty) database of its own, an fcntl lock on
 * Linux and macOS and an exclusive handle on Windows. Node offers none, and a file with a process id outlives a SIGKILL.
 *
 * - It is apart from the data so that the data may be examined, moved and made anew while nobody else can come in.
 * - An fcntl lock is lost as soon as its own process closes *any* handle of the LOCK file, and LevelDB does exactly that
 *   when it is asked to open the same folder twice: the second attempt fails and lets other processes in. So this process
 *   never gets that far: it remembers what it holds. Never open, copy or read the LOCK file from inside either.
 * - What it remembers is of one thread: two worker threads must not open the same folder.
 */
export interface FolderLock {
  release(): Promise<void>;
}

const heldByThisThread = new Set<string>();

export async function lockFolder(lockDirectory: string, dataFolder: string): Promise<FolderLock> {
  await mkdir(lockDirectory, { recursive: true, mode: 0o700 });
  const held = await realpath(lockDirectory);
  if (heldByThisThread.has(held))
    throw new DataFolderError('in-use', `The data folder ${dataFolder} is already open in this process.`);
  heldByThisThread.add(held);
  try {
    const database = await openLockDatabase(held, dataFolder);
    return {
      async release() {
        await database.close();
        heldByThisThread.delete(held);
      },
    };
  } catch (error) {
    heldByThisThread.delete(held);
    throw error;
  }
}

async function openLockDatabase(directory: string, dataFolder: string): Promise<ClassicLevel> {
  const database = new ClassicLevel(directory);
  try {
    await database.open();
    return database;
  } catch (error) {
    if (systemCodeOf(error) === 'LEVEL_CORRUPTION') return recreateLockDatabase(directory, dataFolder);
    throw lockProblem(error, dataFolder);
  }
}

/** There is nothing in it to lose. LevelDB takes the lock before it deletes, so a holder is safe from this. */
async function recreateLockDatabase(directory: string, dataFolder: string): Promise<ClassicLevel> {
  try {
    await ClassicLevel.destroy(directory);
    const database = new ClassicLevel(directory);
    await database.open();
    return database;
  } catch (error) {
    throw lockProblem(error, dataFolder);
  }
}

function lockProblem(error: unknown, dataFolder: string): DataFolderError {
  if (systemCodeOf(error) === 'LEVEL_LOCKED') {
    return new DataFolderError('in-use', `The data folder ${dataFolder} is in use by another process.`, error);
  }
  return new DataFolderError('failed', `cannot lock the data folder ${dataFolder}: ${reasonOf(error)}`, error);
}
