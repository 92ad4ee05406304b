import type { Core } from '../core/core.ts';
import { branchPrefix, kindOfKey } from '../core/format/keys.ts';
import { listObjects } from '../core/store/list.ts';
import type { Task } from '../core/task.ts';

export interface Stored {
  readonly subject: string;
  readonly objects: number;
  readonly bytes: number;
}

const objectsPerPage = 1_000;

/** Everything below the database's home, by kind; at the root of a family its branches too. One LIST for each thousand objects. */
export function* listStored(core: Core): Task<readonly Stored[]> {
  const found = new Map<string, { subject: string; objects: number; bytes: number }>();
  let after: string | undefined;
  for (;;) {
    const page = yield* listObjects(core, '', after, objectsPerPage);
    for (const { key, size } of page) {
      const subject = key.startsWith(branchPrefix) ? 'branches' : (kindOfKey(key) ?? 'other');
      const stored = found.get(subject) ?? { subject, objects: 0, bytes: 0 };
      found.set(subject, stored);
      stored.objects += 1;
      stored.bytes += size;
    }
    after = page.at(-1)?.key;
    if (page.length < objectsPerPage) return [...found.values()].sort((left, right) => right.bytes - left.bytes);
  }
}
