import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createNodeCompression } from '../adapters/node-compression.ts';
import { createNodeDigest } from '../adapters/node-digest.ts';
import { openStoreAt, type OpenStoreOptions } from '../adapters/open-store.ts';
import { urlOfStore, type StoreLocation } from '../adapters/store-url.ts';
import { createSystemClock } from '../adapters/system-clock.ts';
import { createSystemRandom } from '../adapters/system-random.ts';
import type { Core } from '../core/core.ts';
import { followSuccessors } from '../core/restore/follow-successors.ts';
import type { Task } from '../core/task.ts';
import type { NodeLog } from '../host/node.ts';
import { runTool, ToolError } from '../host/run-tool.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { locationOfBranch } from './family-root.ts';
import { openFamilyStore } from './open-family-store.ts';

/**
 * Tasks of the core on a database and on its family, without a node.
 *
 * Invariant: opening makes nothing, unless it is told to. A folder that is not there is an error, not an empty store.
 */
export interface FamilySession {
  readonly store: ObjectStore;
  /** In the store of its family, of what goes on for the database that was named. */
  readonly home: string;
  /** By which a branch of the family is opened, from every working folder. */
  branchUrl(name: string): string;
  run<Result>(task: (core: Core) => Task<Result>): Promise<Result>;
  /** On the database that was named, whatever goes on for it. */
  runAsNamed<Result>(task: (core: Core) => Task<Result>): Promise<Result>;
  /** For the family as a whole. */
  runAtRoot<Result>(task: (core: Core) => Task<Result>): Promise<Result>;
  close(): Promise<void>;
}

export interface FamilySessionOptions extends OpenStoreOptions {
  readonly log: NodeLog;
  readonly signal?: AbortSignal;
  /** A folder that is not there is made. */
  readonly makes?: boolean;
}

export class NoSuchFolderError extends Error {
  override readonly name = 'NoSuchFolderError';
}

export async function openFamilySession(
  location: StoreLocation,
  { log, signal, makes = false, ...storeOptions }: FamilySessionOptions,
): Promise<FamilySession> {
  const opened: ObjectStore[] = [];
  const close = async (): Promise<void> => {
    for (const store of opened.splice(0)) await store.close();
  };
  const open = async (at: StoreLocation): Promise<ObjectStore> => {
    const store = await (makes ? openStoreAt : openExisting)(at, storeOptions);
    opened.push(store);
    return store;
  };
  const runOn =
    (store: ObjectStore, home: string) =>
    <Result>(task: (core: Core) => Task<Result>): Promise<Result> =>
      runTool({ ...realParts(), store, home, log, ...(signal === undefined ? {} : { signal }) }, task);
  try {
    const opening = await openFamilyStore(location, {}, open, (at, task) => runOn(at, '')(task));
    const { store, root } = opening;
    const home = await homeInUse(opening.home, runOn(store, opening.home));
    return {
      store,
      home,
      branchUrl: (name) => urlOfStore(locationOfBranch(anywhere(root), name)),
      run: runOn(store, home),
      runAsNamed: runOn(store, opening.home),
      runAtRoot: runOn(store, ''),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What goes on for a database that was rolled back. Where that cannot be told, what is asked of it meets the damage itself, and says it. */
async function homeInUse(
  home: string,
  run: <Result>(task: (core: Core) => Task<Result>) => Promise<Result>,
): Promise<string> {
  try {
    return await run(followSuccessors);
  } catch (error) {
    if (error instanceof ToolError && error.reason === 'damage') return home;
    throw error;
  }
}

async function openExisting(location: StoreLocation, options: OpenStoreOptions): Promise<ObjectStore> {
  // Opening a folder as a store would make it.
  if (location.kind === 'file' && !(await isFolder(location.path))) {
    throw new NoSuchFolderError(`there is no folder ${location.path}`);
  }
  return openStoreAt(location, options);
}

/** The same from every working folder. */
function anywhere(location: StoreLocation): StoreLocation {
  return location.kind === 'file' ? { ...location, path: resolve(location.path) } : location;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** The world of a tool. */
export function realParts() {
  return {
    clock: createSystemClock(),
    random: createSystemRandom(),
    digest: createNodeDigest(),
    compression: createNodeCompression(),
  };
}
