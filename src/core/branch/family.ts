import type { Core } from '../core.ts';
import { NodeFailure } from '../failure.ts';
import { manifestKey } from '../format/keys.ts';
import type { Task } from '../task.ts';
import { equalBytes } from '../types/bytes.ts';
import type { Manifest, Pin } from '../types/log.ts';
import { readManifestAt } from './pinned.ts';

/** The databases of a family, as their manifests say: from the root, by what each keeps for its branches. One GET each. */
export interface Member {
  readonly manifest: Manifest;
  readonly branches: readonly BranchMember[];
}

export interface BranchMember {
  readonly home: string;
  readonly pin: Pin;
  /** Undefined: whoever made it died before there was one, or deleted it and died before the pin was gone. */
  readonly member: Member | undefined;
}

export function* readFamily(core: Core): Task<Member> {
  const root = yield* readManifestAt(core, '');
  if (root === undefined) throw new NodeFailure(`there is no database here: ${manifestKey} is missing`);
  return yield* memberOf(core, root.manifest);
}

function* memberOf(core: Core, manifest: Manifest): Task<Member> {
  const branches: BranchMember[] = [];
  for (const pin of manifest.pins) {
    const held = yield* readManifestAt(core, pin.name);
    const isThere = held !== undefined && equalBytes(held.manifest.databaseId, pin.id);
    // What goes on for another database is that one's, wherever its content began.
    const isElsewhere = isThere && (held.manifest.predecessor ?? manifest.home) !== manifest.home;
    if (isElsewhere) continue;
    branches.push({ home: pin.name, pin, member: isThere ? yield* memberOf(core, held.manifest) : undefined });
  }
  branches.sort((left, right) => left.pin.createdWallMs - right.pin.createdWallMs || (left.home < right.home ? -1 : 1));
  return { manifest, branches };
}

/** With the parent of each. */
export function* branchesOf(member: Member): Generator<readonly [branch: BranchMember, parent: Manifest], void, void> {
  for (const branch of member.branches) {
    yield [branch, member.manifest];
    if (branch.member !== undefined) yield* branchesOf(branch.member);
  }
}
