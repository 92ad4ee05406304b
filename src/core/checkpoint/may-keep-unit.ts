export interface KeepGround {
  /** Of the checkpoint that the unit is from. */
  readonly baseRevision: number;
  /** In the unit's chunks. */
  readonly versionsHeld: number;
  /** Retained in the unit's range now, at the position of the new checkpoint. */
  readonly versionsRetained: number;
  /** Of the newest of these; 0: there is none. */
  readonly newestRevision: number;
}

/**
 * Whether a unit of an earlier checkpoint is still what the state retains in its range. What is retained now and not above the base's revision was
 * retained then: so without anything newer, as many are the same ones.
 */
export function mayKeepUnit({ baseRevision, versionsHeld, versionsRetained, newestRevision }: KeepGround): boolean {
  return newestRevision <= baseRevision && versionsRetained === versionsHeld;
}
