/**
 * Writing and deleting: how one rename makes a whole operation, on a local POSIX file system, with no lock to go stale.
 *
 * An object is a folder that holds one file, named by its etag.
 * - `absent` prepares such a folder aside and renames it to its place. A rename replaces an empty folder and fails on
 *   one that has an entry, so of any number of writers, in any processes, one succeeds.
 * - `match` writes the new body aside and renames the entry from the old etag to the new one. Etags never recur, so the
 *   rename can succeed only while the old one is current, however long the writer slept: there is no ABA.
 * - A delete unlinks the entry.
 * SIGKILL before the rename leaves something that nobody reads, after it a finished operation. Content and names are
 * synced before the rename, the rename is synced before the answer.
 *
 * Leftovers: a body written to replace `from` can be published only while `from` is current. A sweep reads the names of
 * the bodies first and the current etag after: what then neither replaces nor is the current one never will be.
 */
import { mkdir, rename, rm, rmdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder, writeDurably } from './durable.ts';
import { codeOf, currentEtag, namesIn, unlessMissing } from './entry.ts';
import {
  bodiesFolder,
  bodyName,
  freshEtag,
  freshName,
  isEtag,
  newFolder,
  objectFolder,
  parseBodyName,
  type Layout,
} from './layout.ts';

export type Published = { readonly kind: 'ok'; readonly etag: string } | { readonly kind: 'condition-failed' };

/** Thrown for a failure after which the write may have taken effect; every other error means that it has not. */
export class UnsettledWriteError extends Error {}

/** `makeParents` makes and syncs the folders above a path. */
export interface Publisher extends Layout {
  readonly makeParents: (path: string) => Promise<void>;
}

export async function publishAbsent(store: Publisher, key: string, body: Uint8Array): Promise<Published> {
  if ((await currentEtag(store, key)) !== undefined) return { kind: 'condition-failed' };
  const etag = freshEtag('i');
  const prepared = join(store.root, newFolder, freshName());
  const place = objectFolder(store, key);
  await store.makeParents(place);
  await mkdir(prepared);
  try {
    await writeDurably(join(prepared, etag), body);
    await renameOrUnsettled(prepared, place);
  } catch (error) {
    await rm(prepared, { recursive: true, force: true }).catch(() => {});
    if (codeOf(error) === 'ENOTEMPTY' || codeOf(error) === 'EEXIST') return { kind: 'condition-failed' };
    throw error;
  }
  await settle(dirname(place));
  return { kind: 'ok', etag };
}

export async function publishMatch(store: Publisher, key: string, from: string, body: Uint8Array): Promise<Published> {
  if (!isEtag(from)) return { kind: 'condition-failed' };
  const etag = freshEtag('b');
  const folder = objectFolder(store, key);
  const bodyFile = await writeBody(store, key, from, etag, body);
  if (bodyFile === undefined) return { kind: 'condition-failed' };
  try {
    await renameOrUnsettled(join(folder, from), join(folder, etag));
  } catch (error) {
    if (error instanceof UnsettledWriteError) throw error;
    await unlink(bodyFile).catch(() => {});
    if (codeOf(error) === 'ENOENT') return { kind: 'condition-failed' };
    throw error;
  }
  await settle(folder);
  await sweepBodies(store, key).catch(() => {});
  return { kind: 'ok', etag };
}

/**
 * Undefined when `from` is no longer current. A slow delete of an earlier object may take the empty folder away again:
 * that says nothing about `from`, so then it is looked at anew.
 */
async function writeBody(
  store: Publisher,
  key: string,
  from: string,
  etag: string,
  body: Uint8Array,
): Promise<string | undefined> {
  const folder = bodiesFolder(store, key);
  const path = join(folder, bodyName(from, etag));
  while ((await currentEtag(store, key)) === from) {
    await store.makeParents(folder);
    await mkdir(folder, { recursive: true });
    const written = await unlessMissing(writeDurably(path, body).then(() => true));
    if (written === undefined) continue;
    await syncFolder(dirname(folder));
    return path;
  }
  return undefined;
}

/** Deletes the object whatever its etag. The caller syncs the folder above. */
export async function removeObject(store: Layout, key: string): Promise<void> {
  const folder = objectFolder(store, key);
  for (;;) {
    const etag = await currentEtag(store, key);
    if (etag === undefined) break;
    await unlessMissing(unlink(join(folder, etag)));
  }
  await rmdir(folder).catch(() => {});
  await sweepBodies(store, key);
}

async function sweepBodies(store: Layout, key: string): Promise<void> {
  const folder = bodiesFolder(store, key);
  const names = await namesIn(folder);
  const current = await currentEtag(store, key);
  for (const name of names) {
    const parsed = parseBodyName(name);
    if (parsed === undefined || parsed.from === current || parsed.etag === current) continue;
    await unlessMissing(unlink(join(folder, name)));
  }
  if (current === undefined) await rmdir(folder).catch(() => {});
}

async function renameOrUnsettled(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (codeOf(error) !== 'EIO') throw error;
    throw new UnsettledWriteError(`rename of ${from} to ${to} failed`, { cause: error });
  }
}

/** After the rename only the sync may fail. A folder that is gone was deleted after the write took effect. */
async function settle(folder: string): Promise<void> {
  try {
    await unlessMissing(syncFolder(folder));
  } catch (error) {
    throw new UnsettledWriteError(`sync of ${folder} failed`, { cause: error });
  }
}
