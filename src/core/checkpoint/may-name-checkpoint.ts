export interface NamingGround {
  /** Everything that the checkpoint needs: itself, its pages, its chunks, those that it took over from another too. */
  readonly objects: ReadonlySet<string>;
  /** All that the manifest condemns, in the very version that is to be replaced. */
  readonly condemned: readonly string[];
}

/**
 * Whether the manifest may name a checkpoint: only if nothing of it is condemned (protocol, invariant 7). What is condemned may be gone
 * already, or go at any moment, by the hand of anybody.
 */
export function mayNameCheckpoint({ objects, condemned }: NamingGround): boolean {
  return !condemned.some((key) => objects.has(key));
}

/**
 * Whether everything that was condemned since `seen` can be told at `now`, generations of the manifest. A list is named for one generation at
 * least. With only one between, it stands in the latter or never was; with more, one may have come and gone, and what it condemned with it.
 */
export function missesNothing(seen: number, now: number): boolean {
  return now <= seen + 1;
}
