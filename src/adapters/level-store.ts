import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ClassicLevel } from 'classic-level';
import type { LocalEntry, LocalOperation, LocalStore } from '../ports/local-store.ts';
import { DataFolderError, reasonOf, systemCodeOf } from './data-folder-error.ts';
import { findDamage, moveFolderAside } from './level-store-folder.ts';
import { lockFolder } from './level-store-lock.ts';
import { sealValue, unsealValue } from './level-store-value.ts';
import { syncDirectory } from './node-disk-sync.ts';
import { createOrderedQueue } from './ordered-queue.ts';

/** Writes that wait for the one under way are merged up to this size: one sync serves them all. */
const writeRunBytesMax = 4 * 1024 * 1024;

export interface OpenedLevelStore {
  readonly store: LocalStore;
  /** Present when the folder was damaged: where its content now is and what was wrong with it. The store is empty then. */
  readonly setAside?: { readonly path: string; readonly reason: string };
}

/**
 * A local store in LevelDB.
 *
 * - The folder is locked (`<directory>.lock`) before anything in it is looked at, until the store is closed.
 * - LevelDB's writes run in a thread pool that keeps no order, so one is under way at a time.
 * - After a failed write every later one is refused: LevelDB would go on behind the hole.
 * - A value that is not what was written is never returned: the read fails as `damaged`, and `setAside` still works.
 *
 * `dataFolder` is the name under which people know what is locked.
 */
export async function openLevelStore(directory: string, dataFolder: string = directory): Promise<OpenedLevelStore> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const lock = await lockFolder(`${directory}.lock`, dataFolder);
  try {
    const opened = await openOrSetAside(directory);
    const store = createLevelStore(directory, opened.database, () => lock.release());
    return opened.setAside === undefined ? { store } : { store, setAside: opened.setAside };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

type Database = ClassicLevel<Uint8Array, Uint8Array>;

async function openOrSetAside(
  directory: string,
): Promise<{ readonly database: Database; readonly setAside?: { readonly path: string; readonly reason: string } }> {
  const damage = await findDamage(directory);
  if (damage !== undefined) return openAfterDamage(directory, damage);
  try {
    return { database: await openDatabase(directory) };
  } catch (error) {
    if (systemCodeOf(error) === 'LEVEL_CORRUPTION') return openAfterDamage(directory, reasonOf(error));
    throw new DataFolderError('failed', `cannot open the local store ${directory}: ${reasonOf(error)}`, error);
  }
}

async function openAfterDamage(
  directory: string,
  reason: string,
): Promise<{ readonly database: Database; readonly setAside: { readonly path: string; readonly reason: string } }> {
  const path = await moveFolderAside(directory);
  return { database: await openDatabase(directory), setAside: { path, reason } };
}

async function openDatabase(directory: string): Promise<Database> {
  const database: Database = new ClassicLevel(directory, { keyEncoding: 'view', valueEncoding: 'view' });
  await database.open();
  // LevelDB syncs its files but not always their names, nor that of the folder itself.
  await syncDirectory(directory);
  await syncDirectory(dirname(directory));
  return database;
}

interface Write {
  readonly batch: readonly LevelOperation[];
  readonly bytes: number;
  readonly sync: boolean;
}

type LevelOperation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array };

function createLevelStore(directory: string, opened: Database, releaseLock: () => Promise<void>): LocalStore {
  const queue = createOrderedQueue<Write>(applyRun, (write) => write.bytes, writeRunBytesMax);
  const reads = new Set<Promise<unknown>>();
  let database = opened;
  let swap: Promise<unknown> | undefined;
  let failure: string | undefined;
  let closed = false;

  function checkOpen(): void {
    if (closed) throw new DataFolderError('failed', `the local store ${directory} is closed`);
  }

  async function applyRun(run: readonly Write[]): Promise<void> {
    if (failure !== undefined) {
      throw new DataFolderError('failed', `${directory} takes no more writes: an earlier one failed (${failure}).`);
    }
    try {
      // Chained: its operations go to LevelDB one by one, where an array of them would be copied and checked first.
      const chained = database.batch();
      for (const { batch } of run) for (const operation of batch) add(chained, operation);
      await chained.write({ sync: run.some((write) => write.sync) });
    } catch (error) {
      failure = reasonOf(error);
      throw new DataFolderError('failed', `cannot write to the local store ${directory}: ${failure}`, error);
    }
  }

  async function read<Result>(work: (from: Database) => Promise<Result>): Promise<Result> {
    checkOpen();
    while (swap !== undefined) await swap;
    checkOpen();
    const reading = work(database).catch((error: unknown) => {
      throw readProblem(directory, error);
    });
    reads.add(reading);
    try {
      return await reading;
    } finally {
      reads.delete(reading);
    }
  }

  async function swapDatabase(): Promise<string | undefined> {
    await Promise.allSettled(reads);
    if (failure === undefined && (await isEmpty(database))) return undefined;
    await database.close();
    const path = await moveFolderAside(directory);
    database = await openDatabase(directory);
    failure = undefined;
    return path;
  }

  return {
    async write(batch, { durability }) {
      checkOpen();
      await queue.submit(toWrite(batch, durability === 'fsync'));
    },
    getMany: (keys) =>
      read(async (from) => {
        const sealed = await from.getMany([...keys]);
        return keys.map((key, position) => {
          const value = sealed[position];
          return value === undefined ? undefined : readValue(directory, key, value);
        });
      }),
    scan: (from, to, limit) =>
      read(async (database) => {
        const found = await database.iterator({ gte: from, lt: to, limit }).all();
        return found.map(([key, sealed]): LocalEntry => ({
          key: plain(key),
          value: readValue(directory, key, sealed),
        }));
      }),
    async setAside() {
      checkOpen();
      return queue.exclusively(async () => {
        const swapping = swapDatabase();
        swap = swapping.catch(() => undefined);
        try {
          return await swapping;
        } finally {
          swap = undefined;
        }
      });
    },
    async close() {
      if (closed) return;
      closed = true;
      await queue.exclusively(async () => {
        await Promise.allSettled(reads);
        await database.close();
        await releaseLock();
      });
    },
  };
}

/** Unreadable counts as something: only a store that is known to hold nothing is left where it is. */
async function isEmpty(database: Database): Promise<boolean> {
  try {
    return (await database.keys({ limit: 1 }).all()).length === 0;
  } catch {
    return false;
  }
}

function add(chained: ReturnType<Database['batch']>, operation: LevelOperation): void {
  if (operation.type === 'put') chained.put(operation.key, operation.value);
  else chained.del(operation.key);
}

function toWrite(batch: readonly LocalOperation[], sync: boolean): Write {
  let bytes = 0;
  const operations = batch.map((operation): LevelOperation => {
    bytes += operation.key.length;
    if (operation.kind === 'delete') return { type: 'del', key: operation.key };
    bytes += operation.value.length;
    return { type: 'put', key: operation.key, value: sealValue(operation.key, operation.value) };
  });
  return { batch: operations, bytes, sync };
}

function readValue(directory: string, key: Uint8Array, sealed: Uint8Array): Uint8Array {
  const value = unsealValue(key, sealed);
  if (value !== undefined) return value;
  const name = Buffer.from(key).toString('hex');
  throw new DataFolderError(
    'damaged',
    `the local store ${directory} is damaged: the value of key ${name} (hex) is not what was written.`,
  );
}

function readProblem(directory: string, error: unknown): DataFolderError {
  if (error instanceof DataFolderError) return error;
  const damaged = systemCodeOf(error) === 'LEVEL_CORRUPTION';
  return new DataFolderError(
    damaged ? 'damaged' : 'failed',
    `cannot read the local store ${directory}: ${reasonOf(error)}`,
    error,
  );
}

function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
