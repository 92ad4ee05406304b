import { openDataFolder, type DataFolder } from '../adapters/data-folder.ts';
import { createMemoryDisk } from '../adapters/memory-disk.ts';
import { createMemoryLocalStore } from '../adapters/memory-local-store.ts';
import { createSystemRandom } from '../adapters/system-random.ts';

const memberIdBytes = 8;

/** The local side of a node: a folder, or memory where no path is given. Then every start is a new member's. */
export async function openLocal(path: string | undefined): Promise<DataFolder> {
  if (path !== undefined) return openDataFolder(path);
  const localStore = createMemoryLocalStore();
  const disk = createMemoryDisk();
  return {
    localStore,
    disk,
    memberId: randomMemberId(),
    reports: [],
    async close() {
      await disk.close();
      await localStore.close();
    },
  };
}

/** Never 0, which means "no member". */
function randomMemberId(): bigint {
  const bytes = createSystemRandom().bytes(memberIdBytes);
  const id = new DataView(bytes.buffer, bytes.byteOffset, memberIdBytes).getBigUint64(0);
  return id === 0n ? 1n : id;
}
