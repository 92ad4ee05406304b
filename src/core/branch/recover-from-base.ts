import type { LocalOperation } from '../../ports/local-store.ts';
import { loadReferenced } from '../checkpoint/load-checkpoint.ts';
import { settleCompaction } from '../compact/scrub.ts';
import { log, type Core } from '../core.ts';
import { NodeFailure } from '../failure.ts';
import { slotKey } from '../format/keys.ts';
import { nothing, positionOfGenesis, skipping } from '../recover/genesis.ts';
import { completed, noTables } from '../recover/local-state.ts';
import { followLog, type SegmentTaker } from '../recover/read-log.ts';
import type { Recovered } from '../recover/recovered.ts';
import { replayFrame, writeLocal } from '../recover/replay.ts';
import { createState } from '../state/state.ts';
import type { Task } from '../task.ts';
import type { Base, Manifest, Stretch } from '../types/log.ts';
import type { Version } from '../types/version.ts';
import { withinCut } from './within-cut.ts';

/**
 * A branch that has no checkpoint of its own begins as its base: an ancestor's checkpoint, and the ancestors' slots up to where each was left.
 *
 * The local store gets no position before the branch's own log has given one: a node that dies in between finds nothing that it could take
 * for whole, and an ancestor's position would prove nothing here.
 */
export function* recoverFromBase(core: Core, manifest: Manifest, base: Base): Task<Recovered> {
  const recovered = yield* begin(core, manifest, base);
  for (const [index, stretch] of base.stretches.entries()) {
    const before = base.stretches[index - 1];
    if (before !== undefined) goOn(core, recovered, stretch.databaseId, before.skippedRevision);
    yield* replayStretch(core, manifest, recovered, stretch);
  }
  goOn(core, recovered, manifest.databaseId, base.stretches.at(-1)!.skippedRevision);
  const { revision, compactRevision } = recovered.position;
  log(core, 'info', 'branch recovered from what it began as', {
    revision,
    compactRevision,
    stretches: base.stretches.length,
  });
  return recovered;
}

function* begin(core: Core, { databaseId }: Manifest, { checkpoint, stretches }: Base): Task<Recovered> {
  if (checkpoint === undefined) {
    const position = positionOfGenesis(core, stretches[0]!.databaseId, nothing);
    return completed(core, createState(), { ...noTables(), position, wallMs: 0, loading: undefined });
  }
  const recovered = yield* loadReferenced(core, checkpoint, { own: databaseId, of: undefined });
  if (typeof recovered !== 'string') return recovered;
  throw new NodeFailure(
    `${recovered}. The branch began from it: restore this object from a version or a backup of the bucket.`,
  );
}

/** From an ancestor's log to the first slot of the one that left it. */
function goOn(core: Core, recovered: Recovered, databaseId: Uint8Array, skippedRevision: number): void {
  recovered.position = positionOfGenesis(core, databaseId, skipping(recovered.position, skippedRevision));
  recovered.nextSlot = 1;
  if (skippedRevision === 0) return;
  const { state, position } = recovered;
  state.revision = position.revision;
  state.compactRevision = position.compactRevision;
  settleCompaction(state, position.compactRevision);
}

function* replayStretch(core: Core, manifest: Manifest, recovered: Recovered, stretch: Stretch): Task<void> {
  const taker: SegmentTaker = {
    *take(segments) {
      const operations: LocalOperation[] = [];
      const made: Version[] = [];
      let taken: 'more' | 'enough' = 'more';
      for (const { header, frames, hash } of segments) {
        for (const found of frames) {
          const within = withinCut(recovered.position.sequence, found, stretch.cut);
          if (within.frame.records.length > 0) {
            replayFrame(core, recovered, within, slotKey(header.slot), operations, made);
          }
          if (within === found) continue;
          taken = 'enough';
          break;
        }
        if (taken === 'enough') break;
        recovered.position = { ...recovered.position, slot: header.slot, epoch: header.epoch, segmentHash: hash };
      }
      yield* writeLocal(operations);
      recovered.values.persisted(made);
      return taken;
    },
  };
  const { logInflightMax } = manifest;
  const rules = {
    databaseId: stretch.databaseId,
    logInflightMax,
    durableSlot: 0,
    epoch: Number.MAX_SAFE_INTEGER,
    archives: undefined,
  };
  const { epochMet } = core;
  yield* followLog(core, recovered, rules, taker, stretch);
  // Epochs of ancestors say nothing of the branch's own.
  core.epochMet = epochMet;
}
