import { branchNameOf, manifestKey } from '../format/keys.ts';
import { encodeManifest } from '../format/manifest.ts';
import type { Core } from '../core.ts';
import { settledPut } from '../store/objects.ts';
import type { Task } from '../task.ts';
import type { Manifest, Pin } from '../types/log.ts';
import { manifestOf } from './create-branch.ts';
import { branchesOf, readFamily } from './family.ts';
import { removeUnfinishedOne } from '../restore/unfinished.ts';
import { removeBranch, type BranchRemoved } from './remove-branch.ts';

/**
 * Deletes the branch that has a name in the family, and what crashed creations and deletions of that name left: pins without a branch.
 * May be repeated after a crash.
 */
export type BranchDeleted =
  | BranchRemoved
  | { readonly kind: 'missing' }
  /** It is what the database at this home goes on as after a rollback. */
  | { readonly kind: 'in-use'; readonly home: string };

export function* deleteBranch(core: Core, name: string, force: boolean): Task<BranchDeleted> {
  const found = [...branchesOf(yield* readFamily(core))].filter(([{ home }]) => branchNameOf(home) === name);
  if (found.length === 0) return { kind: 'missing' };
  const gone: string[] = [];
  let kept: string | undefined;
  for (const [{ home, pin, member }, parent] of found) {
    const predecessor = member?.manifest.predecessor;
    if (member === undefined) yield* takePlace(core, parent, pin);
    else if (predecessor !== undefined) {
      const isSuccessor = !(yield* removeUnfinishedOne(core, predecessor, pin, member.manifest));
      if (isSuccessor) return { kind: 'in-use', home: predecessor };
      gone.push(home);
      continue;
    }
    const removed = yield* removeBranch(core, home, force);
    if (removed.kind === 'has-branches') return removed;
    gone.push(...removed.gone);
    kept = removed.kept ?? kept;
  }
  return { kind: 'removed', gone, kept };
}

/**
 * Whoever makes the branch may still be at work: its manifest is either there first, and what has become of the branch since counts, or finds
 * its place taken by one that is removed.
 */
function* takePlace(core: Core, parent: Manifest, pin: Pin): Task<void> {
  const { checkpoint, firstSlot, lastSlot } = pin;
  const { home, databaseId } = parent;
  const stretch = { home, databaseId, firstSlot, lastSlot, cut: { kind: 'end' }, skippedRevision: 0 } as const;
  const taken = { ...manifestOf(parent, { checkpoint, stretches: [stretch] }, pin), removed: true };
  yield* settledPut(core, `/${pin.name}${manifestKey}`, encodeManifest(taken, core.digest), { kind: 'absent' });
}
