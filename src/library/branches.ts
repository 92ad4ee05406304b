/** Branches, from a program: as `t4 branch` makes, lists and deletes them. No database has to be open, and one may be. */
import { createBranch as create } from '../core/branch/create-branch.ts';
import { deleteBranch as remove } from '../core/branch/delete-branch.ts';
import { listBranches as list, type ListedDatabase } from '../core/branch/list-branches.ts';
import { branchNameOf as nameOfHome } from '../core/format/keys.ts';
import { hexOf } from '../core/types/bytes.ts';
import {
  branchNameOf,
  cutOf,
  nameTaken,
  unreadableCut,
  withFamily,
  type PlaceOptions,
  type StoreOptions,
} from './branch-session.ts';
import { T4Error } from './error.ts';

export interface CreateBranchOptions extends StoreOptions, PlaceOptions {
  /** Of the branch: a letter or digit, then a-z, 0-9, dot, underscore and hyphen, at most 64 characters. One space for the whole family. */
  readonly name: string;
}

export interface Branch {
  readonly name: string;
  /** By which `open` opens it. */
  readonly store: string;
  /** Below which its objects are, in its family's store. */
  readonly home: string;
  /** Hexadecimal. */
  readonly databaseId: string;
}

/** A database of its own that begins as the one at `store` is now, or was at `atRevision` or `atTime`. Copies nothing. */
export async function createBranch(options: CreateBranchOptions): Promise<Branch> {
  const name = branchNameOf('name', options.name);
  const cut = cutOf(options) ?? { kind: 'end' };
  return withFamily(options, async (session) => {
    const created = await session.run((core) => create(core, name, cut));
    if (created.kind === 'name-taken') throw nameTaken(name);
    if (created.kind !== 'created') throw unreadableCut(created);
    const { home, databaseId } = created.manifest;
    return { name, store: session.branchUrl(name), home, databaseId: hexOf(databaseId) };
  });
}

export interface DatabaseInFamily {
  /** `''`: the family's root. */
  readonly name: string;
  readonly home: string;
  readonly databaseId: string;
  readonly created: Date;
  /** Of the objects below its home. */
  readonly ownBytes: number;
  /** Deleted by force, and kept for its branches alone. */
  readonly closed: boolean;
  /** Home of what goes on for it since it was rolled back. */
  readonly successor: string | undefined;
  /** Home of what it goes on for. */
  readonly predecessor: string | undefined;
  /** Undefined: the root. */
  readonly branch: BranchInFamily | undefined;
  readonly branches: readonly DatabaseInFamily[];
}

export interface BranchInFamily {
  /** `unfinished`: whoever made it died in the middle; `deleteBranch` removes what is left. */
  readonly state: 'there' | 'unfinished';
  /** Where it left its parent; undefined: that cannot be read. */
  readonly revision: number | undefined;
  /** What its parent keeps for it alone; undefined: that cannot be told. */
  readonly pinnedBytes: number | undefined;
}

/** The databases of the family that `store` belongs to, from its root on. */
export async function listBranches(options: StoreOptions): Promise<DatabaseInFamily> {
  return withFamily(options, async (session) => familyOf(await session.runAtRoot(list)));
}

function familyOf(listed: ListedDatabase): DatabaseInFamily {
  const { name, home, databaseId, createdWallMs, ownBytes, removed, successor, predecessor, branch } = listed;
  const at = branch && { state: branch.state, revision: branch.revision, pinnedBytes: branch.pinnedBytes };
  const created = new Date(createdWallMs);
  const branches = listed.branches.map(familyOf);
  const id = hexOf(databaseId);
  return {
    name,
    home,
    databaseId: id,
    created,
    ownBytes,
    closed: removed,
    successor,
    predecessor,
    branch: at,
    branches,
  };
}

export interface DeleteBranchOptions extends StoreOptions {
  readonly name: string;
  /** Also one that has branches: it is closed, and stays whole for them. Default false. */
  readonly force?: boolean;
}

export interface DeletedBranches {
  /** Names of those that are gone: the branch, and ancestors that were closed before and had no other. */
  readonly deleted: readonly string[];
  /** Name of the branch, where it is closed and stays for its branches. */
  readonly kept: string | undefined;
}

/** A node that runs the branch stops within its lease. After an interruption the same call goes on. */
export async function deleteBranch(options: DeleteBranchOptions): Promise<DeletedBranches> {
  const name = branchNameOf('name', options.name);
  return withFamily(options, async (session) => {
    const result = await session.runAtRoot((core) => remove(core, name, options.force === true));
    switch (result.kind) {
      case 'missing':
        throw new T4Error('noSuchBranch', 'NotFound', `${session.store.description} has no branch ${name}`);
      case 'in-use': {
        const message = `${name} is what a database goes on as that was rolled back: it cannot be deleted alone`;
        throw new T4Error('inUse', 'FailedPrecondition', message);
      }
      case 'has-branches': {
        const names = result.homes.map(nameOfHome).join(', ');
        throw new T4Error('hasBranches', 'FailedPrecondition', `branch ${name} has branches of its own: ${names}`);
      }
      case 'removed': {
        const { gone, kept } = result;
        return { deleted: gone.map(nameOfHome), kept: kept === undefined ? undefined : nameOfHome(kept) };
      }
    }
  });
}
