/**
 * Object store in a folder of a local file system, shared by any number of processes of one machine.
 *
 * The scheme, and why it holds under SIGKILL at any point, is told in publish.ts; the names on disk in layout.ts.
 * Needs POSIX renames and a file system that tells cases apart. A network file system that delays what it shows, or
 * answers a rename twice, does not qualify.
 */
import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type {
  ByteRange,
  DeleteOutcome,
  GetOutcome,
  ListOptions,
  ListOutcome,
  ObjectStore,
  PutCondition,
  PutOutcome,
  StoreProblem,
} from '../../ports/object-store.ts';
import { assertByteRange } from '../byte-range.ts';
import { assertObjectKey, assertObjectPrefix, objectKeysPerDeleteMax, objectsPerListMax } from '../object-key.ts';
import { makeFolderDurably, syncFolder } from './durable.ts';
import { codeOf, currentEtag, readObject, unlessMissing } from './entry.ts';
import { newFolder, objectFolder } from './layout.ts';
import { listObjects } from './listing.ts';
import {
  publishAbsent,
  publishMatch,
  removeObject,
  UnsettledWriteError,
  type Published,
  type Publisher,
} from './publish.ts';
import { sweepLeftovers } from './sweep.ts';

/** Turns of an unconditional put that others keep outrunning; each stands for a write that went through meanwhile. */
const unconditionalAttemptsMax = 1_000;

/** Nobody else's to look into: all values are in it, and the hashes of all passwords. A folder that is there stays as open as it is. */
const folderMode = 0o700;

/** Makes the folder if it is missing, and sweeps what killed writers left. */
export async function openFileStore(path: string): Promise<ObjectStore> {
  const root = resolve(path);
  await mkdir(root, { recursive: true, mode: folderMode });
  await mkdir(join(root, newFolder), { recursive: true });
  await syncFolder(dirname(root));
  await syncFolder(root);
  await sweepLeftovers(root);
  const store: Publisher = { root, makeParents: parentMaker(root) };
  return {
    description: `file:${root}`,
    put: (key, body, condition) => put(store, key, body, condition),
    get: (key, range) => get(store, key, range),
    list: (prefix, options) => list(store, prefix, options),
    deleteMany: (keys) => deleteMany(store, keys),
    close: async () => {},
  };
}

/** Folders of keys are never removed, so each is made and synced once in the life of a process. */
function parentMaker(root: string): (path: string) => Promise<void> {
  const made = new Map<string, Promise<void>>();
  return (path) => {
    const folder = dirname(path);
    const known = made.get(folder);
    if (known !== undefined) return known;
    const making = makeFolderDurably(root, folder).catch((error: unknown) => {
      made.delete(folder);
      throw error;
    });
    made.set(folder, making);
    return making;
  };
}

async function put(store: Publisher, key: string, body: Uint8Array, condition: PutCondition): Promise<PutOutcome> {
  assertObjectKey(key);
  try {
    if (condition.kind === 'absent') return await publishAbsent(store, key, body);
    if (condition.kind === 'match') return await publishMatch(store, key, condition.etag, body);
    return await publishAlways(store, key, body);
  } catch (error) {
    const kind = error instanceof UnsettledWriteError ? 'unknown' : 'refused';
    return { kind, problem: problemOf(error instanceof UnsettledWriteError ? error.cause : error) };
  }
}

async function publishAlways(store: Publisher, key: string, body: Uint8Array): Promise<PutOutcome> {
  for (let attempt = 0; attempt < unconditionalAttemptsMax; attempt += 1) {
    const etag = await currentEtag(store, key);
    const published: Published =
      etag === undefined ? await publishAbsent(store, key, body) : await publishMatch(store, key, etag, body);
    if (published.kind === 'ok') return published;
  }
  return { kind: 'conflict' };
}

async function get(store: Publisher, key: string, range: ByteRange | undefined): Promise<GetOutcome> {
  assertObjectKey(key);
  if (range !== undefined) assertByteRange(range);
  try {
    const found = await readObject(store, key, range?.start ?? 0, range?.end ?? Number.MAX_SAFE_INTEGER);
    return found === undefined ? { kind: 'not-found' } : { kind: 'ok', ...found };
  } catch (error) {
    return { kind: 'failed', problem: problemOf(error) };
  }
}

async function list(store: Publisher, prefix: string, options: ListOptions = {}): Promise<ListOutcome> {
  assertObjectPrefix(prefix);
  const limit = Math.min(options.limit ?? objectsPerListMax, objectsPerListMax);
  try {
    return { kind: 'ok', ...(await listObjects(store, { prefix, after: options.after ?? '' }, limit)) };
  } catch (error) {
    return { kind: 'failed', problem: problemOf(error) };
  }
}

async function deleteMany(store: Publisher, keys: readonly string[]): Promise<DeleteOutcome> {
  if (keys.length > objectKeysPerDeleteMax) throw new RangeError(`delete: more than ${objectKeysPerDeleteMax} keys`);
  for (const key of keys) assertObjectKey(key);
  const failed = new Set<string>();
  let firstError: unknown;
  const attempt = async (covered: readonly string[], operation: () => Promise<unknown>) => {
    try {
      await operation();
    } catch (error) {
      firstError ??= error;
      for (const key of covered) failed.add(key);
    }
  };
  for (const key of keys) await attempt([key], () => removeObject(store, key));
  for (const folder of new Set(keys.map((key) => dirname(objectFolder(store, key))))) {
    const inFolder = keys.filter((key) => dirname(objectFolder(store, key)) === folder);
    await attempt(inFolder, () => unlessMissing(syncFolder(folder)));
  }
  if (failed.size === 0) return { kind: 'ok' };
  return { kind: 'failed', problem: problemOf(firstError), failed: [...failed] };
}

const permanentCodes = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOTDIR',
  'ENAMETOOLONG',
  'EMISSINGBODY',
  'EINCONSISTENT',
  'EXDEV',
]);

function problemOf(error: unknown): StoreProblem {
  const code = codeOf(error);
  return { code, message: error instanceof Error ? error.message : String(error), permanent: permanentCodes.has(code) };
}
