import { coreAt } from '../core/core-at.ts';
import type { Core } from '../core/core.ts';
import { branchPrefix, kindOfKey } from '../core/format/keys.ts';
import { linesFrom } from '../core/restore/follow-successors.ts';
import { listObjects } from '../core/store/list.ts';
import type { Task } from '../core/task.ts';
import type { ObjectSummary } from '../ports/object-store.ts';

export interface Stored {
  readonly subject: string;
  readonly objects: number;
  readonly bytes: number;
}

const objectsPerPage = 1_000;

/**
 * Everything below the home of the database that was named, and of what goes on for it since it was rolled back, by kind; at the root of a family
 * its branches too, and with them what goes on for any. One LIST for each thousand objects.
 */
export function* listStored(core: Core): Task<readonly Stored[]> {
  const isRoot = core.home === '';
  const homes = isRoot ? [core.home] : (yield* linesFrom(core)).map(({ home }) => home);
  const found = new Map<string, { subject: string; objects: number; bytes: number }>();
  for (const home of homes) {
    const at = coreAt(core, home);
    let page: readonly ObjectSummary[];
    let after: string | undefined;
    do {
      page = yield* listObjects(at, '', after, objectsPerPage);
      for (const { key, size } of page) {
        const subject = key.startsWith(branchPrefix) ? 'branches' : (kindOfKey(key) ?? 'other');
        const stored = found.get(subject) ?? { subject, objects: 0, bytes: 0 };
        found.set(subject, stored);
        stored.objects += 1;
        stored.bytes += size;
      }
      after = page.at(-1)?.key;
    } while (page.length === objectsPerPage);
  }
  return [...found.values()].sort((left, right) => right.bytes - left.bytes);
}
