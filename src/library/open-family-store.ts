import type { OpenStoreOptions } from '../adapters/open-store.ts';
import { openStoreAt } from '../adapters/open-store.ts';
import { createNodeCompression } from '../adapters/node-compression.ts';
import { createNodeDigest } from '../adapters/node-digest.ts';
import type { StoreLocation } from '../adapters/store-url.ts';
import { createSystemClock } from '../adapters/system-clock.ts';
import { createSystemRandom } from '../adapters/system-random.ts';
import { liveBranches } from '../core/branch/live-branches.ts';
import type { Core } from '../core/core.ts';
import type { Task } from '../core/task.ts';
import { homeHere } from '../core/tool/home-here.ts';
import { runTool } from '../host/run-tool.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { branchInLocation, familyRoot, homeInLocation } from './family-root.ts';

/**
 * From where a database is to the store of its family and its home in it. A branch is given as `<root>/branches/<name>`; its id, which stands
 * after that in the store, is looked up.
 */
export interface FamilyStore {
  readonly store: ObjectStore;
  /** Of that store: the family's root. */
  readonly root: StoreLocation;
  readonly home: string;
}

/** The location names a branch that is not there. */
export class NoSuchBranchError extends Error {
  override readonly name = 'NoSuchBranchError';
}

type Open = (location: StoreLocation) => Promise<ObjectStore>;
type Run = <Result>(store: ObjectStore, task: (core: Core) => Task<Result>) => Promise<Result>;

/** Nothing is read where the location is no branch's. */
export async function openFamilyStore(
  location: StoreLocation,
  options: OpenStoreOptions = {},
  open: Open = (at) => openStoreAt(at, options),
  run: Run = runPlainly,
): Promise<FamilyStore> {
  const home = homeInLocation(location);
  if (home !== '') {
    const root = familyRoot(location, home)!;
    return { store: await open(root), root, home };
  }
  const named = branchInLocation(location);
  if (named === undefined) return { store: await open(location), root: location, home: '' };
  const store = await open(named.root);
  try {
    const [live, ...others] = await run(store, (core) => liveBranches(core, named.name));
    if (others.length > 0) throw new NoSuchBranchError(`two branches ${named.name} are being made at this moment`);
    if (live !== undefined) return { store, root: named.root, home: live.home };
    // A database of its own may lie below a folder of that name; but not within another one.
    const isFamily = (await run(store, homeHere)) !== undefined;
    if (isFamily) throw new NoSuchBranchError(`${store.description} has no branch ${named.name}`);
  } catch (error) {
    await store.close();
    throw error;
  }
  await store.close();
  return { store: await open(location), root: location, home: '' };
}

function runPlainly<Result>(store: ObjectStore, task: (core: Core) => Task<Result>): Promise<Result> {
  return runTool(
    {
      store,
      home: '',
      clock: createSystemClock(),
      random: createSystemRandom(),
      digest: createNodeDigest(),
      compression: createNodeCompression(),
      log: () => undefined,
    },
    task,
  );
}
