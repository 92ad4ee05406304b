import type { Core } from '../core.ts';
import { frameHashInitial, zeroHash } from '../format/hashes.ts';
import { revisionInitial } from '../state/state.ts';
import type { LogPosition } from '../types/log.ts';

/** What a log goes on from that is not its own: nothing, or where a branch left its parent. */
export type GenesisState = Pick<LogPosition, 'sequence' | 'revision' | 'compactRevision'>;

export const nothing: GenesisState = { sequence: 0, revision: revisionInitial, compactRevision: 0 };

/** Before a log's first slot. The chain of frames begins with the database's id: a local log of another database never continues it. */
export function positionOfGenesis(core: Core, databaseId: Uint8Array, state: GenesisState): LogPosition {
  const { sequence, revision, compactRevision } = state;
  return {
    slot: 0,
    segmentHash: zeroHash,
    frameHash: frameHashInitial(databaseId, core.digest),
    epoch: 0,
    sequence,
    revision,
    compactRevision,
  };
}

/** Revisions up to this one are skipped, and compacted; 0: none are. */
export function skipping({ sequence, revision, compactRevision }: GenesisState, skippedRevision: number): GenesisState {
  return {
    sequence,
    revision: Math.max(revision, skippedRevision),
    compactRevision: Math.max(compactRevision, skippedRevision),
  };
}
