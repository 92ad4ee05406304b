import { readManifestAt } from '../branch/pinned.ts';
import type { Core } from '../core.ts';
import type { Task } from '../task.ts';
import { linesFrom } from './follow-successors.ts';

/** Ids of the database at hand, of those that it goes on for, and of those that went on for it: to clients, which met one of them, all are one. */
export function* lineIds(core: Core): Task<readonly Uint8Array[]> {
  const lines = yield* linesFrom(core);
  const ids = lines.map(({ databaseId }) => databaseId);
  let before = lines[0]?.predecessor;
  while (before !== undefined) {
    const held = yield* readManifestAt(core, before);
    if (held === undefined) break;
    ids.push(held.manifest.databaseId);
    before = held.manifest.predecessor;
  }
  return ids;
}
