import type { TakenCheckpoint } from '../checkpoint/keep-checkpointing.ts';
import type { CollectionRound } from '../collect/keep-collecting.ts';
import type { CheckpointReference, Manifest } from '../types/log.ts';
import type {
  CheckpointProgress,
  CheckpointResponse,
  CheckpointStatus,
  CollectedStatus,
  KeepingStatus,
} from '../types/response.ts';

/** What a leader tells of checkpoints, of what is kept and of what was collected. */

export const collectedNothing: CollectedStatus = {
  rounds: 0,
  objectsCondemned: 0,
  bytesCondemned: 0,
  objectsDeleted: 0,
  slotsDeleted: 0,
  objectsWaiting: 0,
};

export function withRound(before: CollectedStatus, round: CollectionRound): CollectedStatus {
  return {
    rounds: before.rounds + 1,
    objectsCondemned: before.objectsCondemned + round.objectsCondemned,
    bytesCondemned: before.bytesCondemned + round.bytesCondemned,
    objectsDeleted: before.objectsDeleted + round.objectsDeleted,
    slotsDeleted: before.slotsDeleted + round.slotsDeleted,
    objectsWaiting: round.manifest.condemned.reduce((sum, { count }) => sum + count, 0),
  };
}

export function keepingOf(
  manifest: Manifest,
  progress: CheckpointProgress | undefined,
  collected: CollectedStatus,
): KeepingStatus {
  const { retention, checkpoints, logFloor, logCollectedFloor } = manifest;
  const writing = progress && {
    chunksWritten: progress.chunksWritten,
    chunksReused: progress.chunksReused,
    chunksExpected: progress.chunksExpected,
    bytesUploaded: progress.bytesUploaded,
  };
  const [oldest] = checkpoints;
  return {
    retention,
    checkpoints: checkpoints.length,
    oldest: oldest && statusOf(oldest),
    newest: oldest && statusOf(checkpoints.at(-1)!),
    logFloor,
    logCollectedFloor,
    writing,
    collected,
  };
}

function statusOf({ slot, revision, wallMs, treeBytes, historyBytes }: CheckpointReference): CheckpointStatus {
  return { slot, revision, wallMs, treeBytes, historyBytes };
}

export function checkpointResponseOf({
  reference,
  objectsUploaded,
  bytesUploaded,
}: TakenCheckpoint): CheckpointResponse {
  const { slot, revision, treeBytes } = reference;
  return { kind: 'checkpoint', slot, revision, treeBytes, objectsUploaded, bytesUploaded };
}
