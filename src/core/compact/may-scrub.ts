export interface ScrubGround {
  /** Of the last compaction that is durable as promised. */
  readonly settledRevision: number;
  /** Of the last compaction that is in its slot, with all before it. */
  readonly slotRevision: number;
  /** A checkpoint is reading the state. */
  readonly checkpointing: boolean;
  /** Its hash is being computed. */
  readonly hashing: boolean;
  /** Somebody reads the versions of a snapshot. */
  readonly snapshotting: boolean;
}

/**
 * When what a compaction made obsolete may be dropped: never under a checkpoint, a hash or a snapshot that is reading, and never for a compaction that is in
 * no slot yet. Checkpoints and the local store hold the state at a slot: without the compaction it needs what it made obsolete.
 */
export function mayScrub({
  settledRevision,
  slotRevision,
  checkpointing,
  hashing,
  snapshotting,
}: ScrubGround): boolean {
  return !checkpointing && !hashing && !snapshotting && slotRevision >= settledRevision;
}
