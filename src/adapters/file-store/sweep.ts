/**
 * Takes away what killed writers left in `~new`. Only an age can tell a killed writer from a slow one, and it may be
 * wrong: so the folder is first renamed out of the way in one step. A writer that wakes up after that finds nothing to
 * rename to its place, and reports that it wrote nothing.
 */
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { namesIn, unlessMissing } from './entry.ts';
import { newFolder, trashFolder } from './layout.ts';

export const leftoverAgeMsMin = 60 * 60 * 1_000;

export async function sweepLeftovers(root: string, ageMsMin = leftoverAgeMsMin): Promise<void> {
  const trash = join(root, trashFolder);
  await mkdir(trash, { recursive: true });
  const oldest = Date.now() - ageMsMin;
  for (const name of await namesIn(join(root, newFolder))) {
    const path = join(root, newFolder, name);
    const found = await unlessMissing(stat(path));
    if (found === undefined || found.mtimeMs > oldest) continue;
    await unlessMissing(rename(path, join(trash, name)));
  }
  for (const name of await namesIn(trash)) await rm(join(trash, name), { recursive: true, force: true });
}
