/** Keys in ascending byte order, by a walk that leaves out folders that cannot hold a wanted key. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectSummary } from '../../ports/object-store.ts';
import { bodyPath, currentEtag, namesIn, unlessMissing } from './entry.ts';
import { objectFolder, objectSuffix, type Layout } from './layout.ts';

interface Wanted {
  readonly prefix: string;
  readonly after: string;
}

const summariesAtOnceMax = 32;

/** Up to `limit` summaries; `more` when a further object exists. */
export async function listObjects(layout: Layout, wanted: Wanted, limit: number) {
  const objects: ObjectSummary[] = [];
  let batch: string[] = [];
  const take = async () => {
    const summaries = await Promise.all(batch.map((key) => summaryOf(layout, key)));
    objects.push(...summaries.filter((summary) => summary !== undefined));
    batch = [];
  };
  for await (const key of keysIn(layout, '', wanted)) {
    batch.push(key);
    if (batch.length < Math.min(summariesAtOnceMax, limit + 1 - objects.length)) continue;
    await take();
    if (objects.length > limit) break;
  }
  if (objects.length <= limit) await take();
  return { objects: objects.slice(0, limit), more: objects.length > limit };
}

async function* keysIn(layout: Layout, path: string, wanted: Wanted): AsyncGenerator<string> {
  const names = await namesIn(join(layout.root, ...path.split('/')));
  const entries = names
    .flatMap((name) => entryOf(path, name))
    .sort((left, right) => (left.order < right.order ? -1 : 1));
  for (const { order, key } of entries) {
    if (key === undefined) {
      if (mayHold(order, wanted)) yield* keysIn(layout, order.slice(0, -1), wanted);
      continue;
    }
    if (key.startsWith(wanted.prefix) && key > wanted.after) yield key;
  }
}

/** A folder of keys sorts as its name with `/`, which is how its keys go on. */
function entryOf(path: string, name: string): { readonly order: string; readonly key: string | undefined }[] {
  const parent = path === '' ? '' : `${path}/`;
  if (name.endsWith(objectSuffix)) {
    const key = parent + name.slice(0, -objectSuffix.length);
    return [{ order: key, key }];
  }
  return name.includes('~') ? [] : [{ order: `${parent}${name}/`, key: undefined }];
}

function mayHold(folder: string, wanted: Wanted): boolean {
  if (!folder.startsWith(wanted.prefix) && !wanted.prefix.startsWith(folder)) return false;
  return folder > wanted.after || wanted.after.startsWith(folder);
}

/** Undefined when there is no object any more. A swap may take the body away between the steps: then again. */
async function summaryOf(layout: Layout, key: string): Promise<ObjectSummary | undefined> {
  for (let before: string | undefined; ;) {
    const etag = await currentEtag(layout, key);
    if (etag === undefined) return undefined;
    const path = await bodyPath(layout, key, etag);
    const found = path === undefined ? undefined : await unlessMissing(stat(path));
    if (found !== undefined) return { key, size: found.size, lastModifiedMs: found.mtimeMs };
    if (etag === before) {
      throw Object.assign(new Error(`the body of ${objectFolder(layout, key)} is missing`), { code: 'EMISSINGBODY' });
    }
    before = etag;
  }
}
