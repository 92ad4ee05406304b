import { open } from 'node:fs/promises';

/** Makes the names inside a folder survive a power loss: a synced file whose name was not synced is gone all the same. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
