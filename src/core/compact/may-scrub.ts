export interface ScrubGround {
  /** Of the last compaction that is durable as promised. */
  readonly settledRevision: number;
  /** Of the last compaction that is in its slot, with all before it. */
  readonly slotRevision: number;
  /** A checkpoint is reading the state. */
  readonly checkpointing: boolean;
  /** Its hash is being computed. */
  readonly hashing: boolean;
}

/**
 * When what a compaction made obsolete may be dropped: never under a checkpoint or a hash that is reading, and never for a compaction that is in
 * no slot yet. Checkpoints and the local store hold the state at a slot: without the compaction it needs what it made obsolete.
 */
export function mayScrub({ settledRevision, slotRevision, checkpointing, hashing }: ScrubGround): boolean {
  return !checkpointing && !hashing && slotRevision >= settledRevision;
}
