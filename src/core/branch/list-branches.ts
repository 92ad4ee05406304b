import { logFloorOf } from '../collect/log-floor.ts';
import { reachableFrom } from '../collect/reachable.ts';
import type { Core } from '../core.ts';
import { NodeFailure } from '../failure.ts';
import {
  archivePrefix,
  branchNameOf,
  checkpointPrefix,
  chunkPrefix,
  logPrefix,
  pagePrefix,
  slotOfKey,
} from '../format/keys.ts';
import { slotsNeededFrom } from '../format/slots-needed.ts';
import { listObjects } from '../store/list.ts';
import type { Task } from '../task.ts';
import { placeAlone } from '../tool/content-reader.ts';
import { readGenesis } from '../tool/read-up-to.ts';
import { equalBytes } from '../types/bytes.ts';
import type { Cut, Manifest, Pin } from '../types/log.ts';
import { readFamily, type BranchMember, type Member } from './family.ts';

/** The tree of a family, with what each branch weighs. */
export interface ListedDatabase {
  readonly home: string;
  /** `''`: the root. */
  readonly name: string;
  readonly databaseId: Uint8Array;
  readonly createdWallMs: number;
  /** Of the objects below its home. */
  readonly ownBytes: number;
  readonly removed: boolean;
  /** Home of what goes on for it after a rollback. */
  readonly successor: string | undefined;
  /** Home of what it goes on for; where that does not say so, the rollback never ended. */
  readonly predecessor: string | undefined;
  /** Of a branch. */
  readonly branch: ListedBranch | undefined;
  readonly branches: readonly ListedDatabase[];
}

export interface ListedBranch {
  /** `unfinished`: there is a pin and no branch. */
  readonly state: 'there' | 'unfinished';
  readonly cut: Cut | undefined;
  /** Where it left its parent; undefined: that cannot be read. */
  readonly revision: number | undefined;
  /** What its parent keeps for it alone: deleting it gives this free. Undefined: that cannot be told. */
  readonly pinnedBytes: number | undefined;
}

export function* listBranches(core: Core): Task<ListedDatabase> {
  return yield* listMember(core, yield* readFamily(core), undefined);
}

function* listMember(core: Core, member: Member, branch: ListedBranch | undefined): Task<ListedDatabase> {
  const { manifest } = member;
  const { home, databaseId, createdWallMs, removed, successor, predecessor } = manifest;
  const own = yield* ownObjects(core, home);
  const branches: ListedDatabase[] = [];
  for (const one of member.branches) branches.push(yield* listBranch(core, manifest, own, one));
  const ownBytes = own.reduce((sum, { size }) => sum + size, 0);
  return {
    home,
    name: branchNameOf(home),
    databaseId,
    createdWallMs,
    ownBytes,
    removed,
    successor,
    predecessor,
    branch,
    branches,
  };
}

function* listBranch(
  core: Core,
  parent: Manifest,
  objects: readonly Sized[],
  { home, pin, member }: BranchMember,
): Task<ListedDatabase> {
  const pinnedBytes = yield* bytesPinned(core, parent, pin, objects);
  if (member !== undefined) {
    const cut = member.manifest.base?.stretches.at(-1)!.cut;
    const revision = yield* cutRevision(core, member.manifest);
    return yield* listMember(core, member, { state: 'there', cut, revision, pinnedBytes });
  }
  const branch: ListedBranch = { state: 'unfinished', cut: undefined, revision: undefined, pinnedBytes };
  const own = yield* ownObjects(core, home);
  return {
    home,
    name: branchNameOf(home),
    databaseId: pin.id,
    createdWallMs: pin.createdWallMs,
    ownBytes: own.reduce((sum, { size }) => sum + size, 0),
    removed: false,
    successor: undefined,
    predecessor: undefined,
    branch,
    branches: [],
  };
}

function* cutRevision(core: Core, manifest: Manifest): Task<number | undefined> {
  try {
    return (yield* readGenesis(core, manifest, placeAlone)).position.revision;
  } catch (error) {
    if (error instanceof NodeFailure) return undefined;
    throw error;
  }
}

interface Sized {
  readonly key: string;
  readonly size: number;
}

const prefixes = [logPrefix, archivePrefix, checkpointPrefix, pagePrefix, chunkPrefix] as const;

/** Not what other databases have below the root. */
function* ownObjects(core: Core, home: string): Task<readonly Sized[]> {
  const objects: Sized[] = [];
  for (const prefix of prefixes) {
    for (const { key, size } of yield* listObjects(core, `/${home}${prefix}`, undefined, Number.MAX_SAFE_INTEGER)) {
      objects.push({ key, size });
    }
  }
  return objects;
}

function* bytesPinned(core: Core, manifest: Manifest, pin: Pin, objects: readonly Sized[]): Task<number | undefined> {
  const others = manifest.pins.filter(({ id }) => !equalBytes(id, pin.id));
  const needed = yield* reachableFrom(core, { checkpoints: [], archives: [], pins: [pin], condemned: [] });
  const without = yield* reachableFrom(core, { ...manifest, pins: others });
  if (needed.kind === 'unreadable' || without.kind === 'unreadable') return undefined;
  const floor = logFloorOf(manifest.logFloor, manifest.checkpoints, others);
  let bytes = 0;
  const archives = new Map(manifest.archives.map((archive) => [archive.key, archive]));
  const neededFrom = slotsNeededFrom(manifest);
  const isHeld = (first: number, last: number): boolean =>
    last < floor && first <= pin.lastSlot && last >= pin.firstSlot;
  for (const { key, size } of objects) {
    const slot = slotOfKey(key);
    const archive = archives.get(key);
    const isPinned =
      archive !== undefined
        ? isHeld(archive.firstSlot, archive.lastSlot)
        : slot === undefined
          ? needed.names.has(key) && !without.names.has(key)
          : slot >= neededFrom && slot < floor && slot >= pin.firstSlot;
    if (isPinned) bytes += size;
  }
  return bytes;
}
