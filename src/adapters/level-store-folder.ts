import { mkdir, readFile, readdir, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { systemCodeOf } from './data-folder-error.ts';
import { findHoleInLogs } from './level-store-log.ts';
import { syncDirectory } from './node-disk-sync.ts';

/**
 * The folder of a LevelDB database, looked at from outside. The caller holds its lock and the database is closed.
 */

/** What LevelDB would not notice when it opens the folder, in words; undefined when nothing is wrong. */
export async function findDamage(directory: string): Promise<string | undefined> {
  const names = await readdir(directory);
  const current = await readIfThere(join(directory, 'CURRENT'));
  if (current === undefined) {
    // Without CURRENT LevelDB starts a new database among the remains, and serves whichever of them it can replay.
    const remains = names.find((name) => /^\d+\.(log|ldb|sst)$/.test(name));
    return remains === undefined ? undefined : `CURRENT is missing although ${remains} is there`;
  }
  const manifest = current.toString('latin1').trim();
  if (/^MANIFEST-\d+$/.test(manifest) && !names.includes(manifest)) return `${manifest} is missing`;
  return findHoleInLogs(await logsIn(directory, names));
}

/** Moves the folder to `<directory>.aside-<n>`, durably, and returns where it now is. */
export async function moveFolderAside(directory: string): Promise<string> {
  const parent = dirname(directory);
  const taken = new Set(await readdir(parent));
  let copy = 1;
  while (taken.has(`${basename(directory)}.aside-${copy}`)) copy += 1;
  const destination = `${directory}.aside-${copy}`;
  await rename(directory, destination);
  await mkdir(directory, { mode: 0o700 });
  await syncDirectory(parent);
  return destination;
}

async function logsIn(directory: string, names: readonly string[]): Promise<{ name: string; bytes: Uint8Array }[]> {
  const logs = names.filter((name) => /^\d+\.log$/.test(name)).sort((left, right) => parseInt(left) - parseInt(right));
  return Promise.all(logs.map(async (name) => ({ name, bytes: await readFile(join(directory, name)) })));
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
