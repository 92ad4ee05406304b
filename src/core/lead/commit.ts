import { call } from '../task.ts';
import { localStoreUnwritable } from '../values/read-values.ts';
import { applySegment } from '../write/apply.ts';
import type { SealedFrame, SealedSegment } from '../write/seal.ts';
import { release } from './answer-when-durable.ts';
import { show } from './durable-state.ts';
import type { Leader } from './leader.ts';

/** The frame is durable as promised: its records are shown, one after the other, and the answers that rested on them leave. */
export function committed(leader: Leader, frame: SealedFrame): void {
  const { core, durable, state, watches, leases, scrubbing, pending } = leader;
  for (const admitted of frame.admitted) {
    show(durable, admitted, state, watches.hub, leases, core.at.monotonicMs);
    if (admitted.record.kind === 'compact') scrubbing.start();
  }
  for (const answer of pending.release(durable.sequence)) release(leader, answer);
  watches.feed();
}

/** The segment is in its slot, with all before it: the local store follows. */
export function filled(leader: Leader, segment: SealedSegment, frames: readonly SealedFrame[]): void {
  const { core, scope, reign, database, scrubbing } = leader;
  const { recovered, held } = database;
  const applied = applySegment(core, held.manifest.databaseId, recovered, reign.epoch, segment, frames);
  scope.spawn(
    call({ kind: 'local-write', batch: applied.operations, durability: 'none', afterReads: false }),
    (result) => {
      if (result.kind === 'local-failed') throw localStoreUnwritable(result.message);
      recovered.values.persisted(applied.made);
    },
  );
  // Only now: the local store gets the slot before it loses what the slot makes obsolete.
  scrubbing.slotFilled();
}
