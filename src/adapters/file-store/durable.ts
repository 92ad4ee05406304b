/** Files and folders that survive a power loss: content, then name, then the names of all folders above it. */
import { mkdir, open } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';

/** Makes a new file; content and name are synced together, which saves a wait. */
export async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    await handle.writeFile(bytes);
    await Promise.all([handle.sync(), syncFolder(dirname(path))]);
  } finally {
    await handle.close();
  }
}

export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Makes `folder` and what is missing above it, down from `root`. Every level is synced, made here or not: another
 * process may have made it and be killed before its own sync.
 */
export async function makeFolderDurably(root: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const top = resolve(root);
  const steps = relative(top, folder).split(sep);
  if (steps[0] === '..') throw new Error(`${folder} lies outside ${root}`);
  for (let path = resolve(folder); path.length > top.length; path = dirname(path)) await syncFolder(dirname(path));
}
