import type { Dirent } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { deleteBranch } from '../core/branch/delete-branch.ts';
import { branchesOf, readFamily } from '../core/branch/family.ts';
import { branchNameOf } from '../core/format/keys.ts';
import type { Core } from '../core/core.ts';
import type { Task } from '../core/task.ts';
import { isDrillName } from './name.ts';
import type { Leftover } from './report.ts';

/** What drills left that were killed. A younger one may be another drill's at work: it is named, and left alone. */

const oldMs = 24 * 3_600_000;

/** At the family's root. */
export function* sweepBranches(core: Core): Task<readonly Leftover[]> {
  const leftovers: Leftover[] = [];
  for (const [{ home, pin }] of branchesOf(yield* readFamily(core))) {
    const name = branchNameOf(home);
    if (!isDrillName(name)) continue;
    const removed = core.at.wallMs - pin.createdWallMs > oldMs;
    if (removed) yield* deleteBranch(core, name, true);
    leftovers.push({ name, createdAt: new Date(pin.createdWallMs).toISOString(), removed });
  }
  return leftovers;
}

/** Folders of drills beside this one's. What cannot be looked at or removed is somebody else's to remove. */
export async function sweepFolders(parent: string, nowMs: number): Promise<void> {
  const entries = await readdir(parent, { withFileTypes: true }).catch((): Dirent[] => []);
  for (const entry of entries) {
    if (!entry.isDirectory() || !isDrillName(entry.name)) continue;
    const path = join(parent, entry.name);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined || nowMs - found.mtimeMs <= oldMs) continue;
    await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}
