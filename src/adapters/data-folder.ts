import { chmod, mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Disk } from '../ports/disk.ts';
import type { LocalStore } from '../ports/local-store.ts';
import { DataFolderError, reasonOf, systemCodeOf } from './data-folder-error.ts';
import { openLevelStore } from './level-store.ts';
import { openNodeDisk } from './node-disk.ts';
import { syncDirectory } from './node-disk-sync.ts';
import { createSystemRandom } from './system-random.ts';

/**
 * The folder of one node:
 *
 * ```
 * <path>/state/       the local store (LevelDB); `state.aside-<n>/` what was set aside of it
 * <path>/state.lock/  the lock: held from open to close or to the death of the process, see level-store-lock.ts
 * <path>/log/         the local log; `log/aside/` what was set aside of it
 * <path>/identity     this node's member id: 16 hex digits, never zero
 * ```
 *
 * - Nothing but the lock is touched before the lock is held.
 * - All of it may be deleted while no process runs: the node comes back as a new member with what the object store holds.
 */
export interface DataFolder {
  readonly localStore: LocalStore;
  readonly disk: Disk;
  readonly memberId: bigint;
  /** What a person should know about this start, one sentence each. */
  readonly reports: readonly string[];
  close(): Promise<void>;
}

const identityPattern = /^([0-9a-f]{16})\n?$/;

export async function openDataFolder(path: string): Promise<DataFolder> {
  const directory = resolve(path);
  const reports: string[] = [];
  try {
    reports.push(...(await ensureDirectory(directory)));
    const { store: localStore, setAside } = await openLevelStore(join(directory, 'state'), directory);
    if (setAside !== undefined) {
      reports.push(
        `The local store was damaged (${setAside.reason}) and is set aside in ${setAside.path}; it starts empty.`,
      );
    }
    try {
      const memberId = await readOrCreateIdentity(directory);
      const disk = await openNodeDisk(join(directory, 'log'));
      await syncDirectory(directory);
      return {
        localStore,
        disk,
        memberId,
        reports,
        async close() {
          try {
            await disk.close();
          } finally {
            await localStore.close();
          }
        },
      };
    } catch (error) {
      await localStore.close();
      throw error;
    }
  } catch (error) {
    throw explained(error, directory);
  }
}

function explained(error: unknown, directory: string): unknown {
  if (error instanceof DataFolderError) return error;
  return new DataFolderError('failed', `cannot open the data folder ${directory}: ${reasonOf(error)}`, error);
}

async function ensureDirectory(directory: string): Promise<readonly string[]> {
  const created = await mkdir(directory, { recursive: true, mode: 0o700 });
  if (created !== undefined) {
    await chmod(directory, 0o700);
    await syncDirectory(dirname(directory));
    return [];
  }
  const { mode } = await stat(directory);
  if (process.platform === 'win32' || (mode & 0o077) === 0) return [];
  return [`The data folder ${directory} is open to other users (mode ${(mode & 0o777).toString(8)}); 700 is enough.`];
}

async function readOrCreateIdentity(directory: string): Promise<bigint> {
  const path = join(directory, 'identity');
  const text = await readFile(path, 'latin1').catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return createIdentity(directory, path);
  const digits = identityPattern.exec(text)?.[1];
  const memberId = digits === undefined ? 0n : BigInt(`0x${digits}`);
  if (memberId !== 0n) return memberId;
  throw new DataFolderError(
    'damaged',
    `${path} is damaged: it must hold this node's member id as 16 hex digits. Restore it, or delete it to start as a new member.`,
  );
}

/** Complete and durable under its name, or not there: a crash in between leaves only `identity.new`, written over next time. */
async function createIdentity(directory: string, path: string): Promise<bigint> {
  const memberId = randomMemberId();
  const handle = await open(`${path}.new`, 'w', 0o600);
  try {
    await handle.writeFile(`${memberId.toString(16).padStart(16, '0')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${path}.new`, path);
  await syncDirectory(directory);
  return memberId;
}

/** Zero means "no member" in etcd's answers. */
function randomMemberId(): bigint {
  const bytes = createSystemRandom().bytes(8);
  const memberId = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0);
  return memberId === 0n ? randomMemberId() : memberId;
}
