import { isBeyond } from '../recover/is-beyond.ts';
import type { Base, CheckpointReference, Cut, Manifest } from '../types/log.ts';

/** Where a reading of the log may begin. Without a checkpoint: from the empty state, and a log's first slot. */
export interface Start {
  readonly checkpoint: CheckpointReference | undefined;
  /** The ancestors' content that is read before one's own log; undefined: one's own alone. */
  readonly base: Base | undefined;
}

export type StartOrder = 'newest-first' | 'oldest-first';

/**
 * From which places the content at a cut can be reached, the best first. The log between a checkpoint and the end is whole: the floor is
 * below every checkpoint that is kept. A checkpoint above a revision holds that revision too, unless it was compacted; for other cuts
 * it is of no use.
 */
export function startsFor(manifest: Manifest, cut: Cut, order: StartOrder): readonly Start[] {
  const { checkpoints, base, logFloor } = manifest;
  const own = checkpoints.map((checkpoint): Start => ({ checkpoint, base: undefined }));
  const genesis: Start[] = logFloor > 1 ? [] : [{ checkpoint: base?.checkpoint, base }];
  const ascending = [...genesis, ...own];
  const below = ascending.filter(({ checkpoint }) => checkpoint === undefined || !isBeyond(cut, checkpoint));
  const above = ascending.filter(({ checkpoint }) => checkpoint !== undefined && isBeyond(cut, checkpoint));
  const first = order === 'newest-first' ? below.toReversed() : below;
  return cut.kind === 'revision' ? [...first, ...above] : first;
}

/** The first place whose content can be told, when that is not the empty one. */
export function oldestKept({ checkpoints, base, logFloor }: Manifest): CheckpointReference | undefined {
  return (logFloor > 1 ? undefined : base?.checkpoint) ?? checkpoints[0];
}
