import { obsoleteVersions } from '../compact/obsolete.ts';
import type { LogPosition } from '../types/log.ts';
import type { Version } from '../types/version.ts';

/**
 * What a checkpoint at a position holds of a key: no version above its revision, none that its compaction made obsolete. A function of the
 * log up to there: how far the scrub of the node that writes it has come shows nowhere, and two nodes' checkpoints of one position
 * hold the same. Positions in `versions`, which are all that the state has of the key.
 */
export interface Retained {
  readonly start: number;
  readonly end: number;
}

export function retainedVersions(
  versions: readonly Version[],
  { revision, compactRevision }: Pick<LogPosition, 'revision' | 'compactRevision'>,
): Retained {
  let end = versions.length;
  while (end > 0 && versions[end - 1]!.modRevision > revision) end -= 1;
  return { start: obsoleteVersions(versions, compactRevision, end), end };
}
