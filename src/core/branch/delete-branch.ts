import { branchNameOf } from '../format/keys.ts';
import type { Core } from '../core.ts';
import type { Task } from '../task.ts';
import { branchesOf, readFamily } from './family.ts';
import { removeUnfinishedOne } from '../restore/unfinished.ts';
import { deleteBelow } from './delete-below.ts';
import { removeBranch, type BranchRemoved } from './remove-branch.ts';
import { unpin } from './unpin.ts';

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
    if (member === undefined) {
      yield* deleteBelow(core, home);
      yield* unpin(core, parent.home, pin.id);
      gone.push(home);
      continue;
    }
    const { predecessor } = member.manifest;
    if (predecessor !== undefined) {
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
