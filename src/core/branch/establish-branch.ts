import type { Task } from '../task.ts';

/**
 * The order in which a branch comes to be. Pinned first, what it needs cannot go any more when it is there; whoever dies in between leaves a pin
 * without a branch, which keeps what nobody needs until it is deleted, and breaks nothing.
 */
export interface Establishing {
  /** False: what is needed is no longer kept, and has to be looked for again. */
  pin(): Task<boolean>;
  write(): Task<unknown>;
}

/** False: there is no branch. */
export function* establishBranch({ pin, write }: Establishing): Task<boolean> {
  if (!(yield* pin())) return false;
  yield* write();
  return true;
}
