import { clockFreeze } from './clock-freeze.ts';
import { clockJump } from './clock-jump.ts';
import { clockOffset } from './clock-offset.ts';
import { clockRate } from './clock-rate.ts';
import { crashAfterEffect } from './crash-after-effect.ts';
import { crashDiskLost } from './crash-disk-lost.ts';
import { crashDiskOld } from './crash-disk-old.ts';
import { crashInRecovery } from './crash-in-recovery.ts';
import { crash } from './crash.ts';
import { diskBitRot } from './disk-bit-rot.ts';
import { diskFull } from './disk-full.ts';
import { diskReadError } from './disk-read-error.ts';
import { diskSlow } from './disk-slow.ts';
import { diskStaleRead } from './disk-stale-read.ts';
import { diskSyncError } from './disk-sync-error.ts';
import { diskSyncLied } from './disk-sync-lied.ts';
import { diskWriteError } from './disk-write-error.ts';
import { leadMoved } from './lead-moved.ts';
import { localLossAccepted } from './local-loss-accepted.ts';
import { networkClog } from './network-clog.ts';
import { networkCut } from './network-cut.ts';
import { networkDelay } from './network-delay.ts';
import { networkDrop } from './network-drop.ts';
import { networkDuplicate } from './network-duplicate.ts';
import { networkReorder } from './network-reorder.ts';
import { networkReset } from './network-reset.ts';
import { partitionAlone } from './partition-alone.ts';
import { partitionHalves } from './partition-halves.ts';
import { partitionOnlyThrough } from './partition-only-through.ts';
import { partitionRing } from './partition-ring.ts';
import { powerLoss } from './power-loss.ts';
import { processPause } from './process-pause.ts';
import { processSnapshotResumed } from './process-snapshot-resumed.ts';
import { processStop } from './process-stop.ts';
import { processSuspend } from './process-suspend.ts';
import { storeAnswerLate } from './store-answer-late.ts';
import { storeAnswerLost } from './store-answer-lost.ts';
import { storeAppliedLate } from './store-applied-late.ts';
import { storeBodyCorrupt } from './store-body-corrupt.ts';
import { storeBodyTruncated } from './store-body-truncated.ts';
import { storeConditionsIgnored } from './store-conditions-ignored.ts';
import { storeConflict } from './store-conflict.ts';
import { storeDuplicated } from './store-duplicated.ts';
import { storeInternalError } from './store-internal-error.ts';
import { storeLateDelete } from './store-late-delete.ts';
import { storeListingSkew } from './store-listing-skew.ts';
import { storeObjectRotten } from './store-object-rotten.ts';
import { storePermissionLost } from './store-permission-lost.ts';
import { storeReadOnly } from './store-read-only.ts';
import { storeSlow } from './store-slow.ts';
import { storeThrottled } from './store-throttled.ts';
import { storeTimeout } from './store-timeout.ts';
import { storeUnavailable } from './store-unavailable.ts';
import { storeWrongEtag } from './store-wrong-etag.ts';
import type { FaultKind } from './fault-kind.ts';

/** Every kind of fault there is. One more: its file, and its line here; nobody else has to know. */
export const faultKinds: readonly FaultKind[] = [
  clockFreeze,
  clockJump,
  clockOffset,
  clockRate,
  crashAfterEffect,
  crashDiskLost,
  crashDiskOld,
  crashInRecovery,
  crash,
  diskBitRot,
  diskFull,
  diskReadError,
  diskSlow,
  diskStaleRead,
  diskSyncError,
  diskSyncLied,
  diskWriteError,
  leadMoved,
  localLossAccepted,
  networkClog,
  networkCut,
  networkDelay,
  networkDrop,
  networkDuplicate,
  networkReorder,
  networkReset,
  partitionAlone,
  partitionHalves,
  partitionOnlyThrough,
  partitionRing,
  powerLoss,
  processPause,
  processSnapshotResumed,
  processStop,
  processSuspend,
  storeAnswerLate,
  storeAnswerLost,
  storeAppliedLate,
  storeBodyCorrupt,
  storeBodyTruncated,
  storeConditionsIgnored,
  storeConflict,
  storeDuplicated,
  storeInternalError,
  storeLateDelete,
  storeListingSkew,
  storeObjectRotten,
  storePermissionLost,
  storeReadOnly,
  storeSlow,
  storeThrottled,
  storeTimeout,
  storeUnavailable,
  storeWrongEtag,
];

const byName = new Map(faultKinds.map((kind) => [kind.kind, kind]));

export function faultKindOf(name: string): FaultKind {
  const kind = byName.get(name);
  if (kind === undefined) throw new RangeError(`there is no kind of fault called ${JSON.stringify(name)}`);
  return kind;
}
