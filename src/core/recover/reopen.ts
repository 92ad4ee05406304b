import type { LocalOperation } from '../../ports/local-store.ts';
import { log, type Core } from '../core.ts';
import { slotKey } from '../format/keys.ts';
import { localPositionPut } from '../format/local-layout.ts';
import type { DecodedFrame } from '../format/frame.ts';
import type { Reign } from '../reign/reign.ts';
import { fire, waitFor, type Task } from '../task.ts';
import type { DurabilityRule } from '../types/log.ts';
import type { Version } from '../types/version.ts';
import { publishSegment } from '../write/publish.ts';
import { sealFrame, sealSegment, type ChainEnd } from '../write/seal.ts';
import { clearLocalLog, framesBeyond, isWithinLog, readLocalLogFiles, setLocalLogAside } from './local-log.ts';
import { readLog, type LogRules } from './read-log.ts';
import type { Recovered } from './recovered.ts';
import { replayFrame, writeLocal } from './replay.ts';

/**
 * The end of a recovery: whatever this disk alone holds goes, with the fence, into the next free slot; from then on every earlier
 * reign's late PUT is dead. Only then may anything be served.
 */
export interface Opened {
  readonly chain: ChainEnd;
  readonly fenceSlot: number;
}

/** `deposed`: a later reign was met. */
export function* reopen(core: Core, reign: Reign, recovered: Recovered, rules: LogRules): Task<Opened | 'deposed'> {
  let local = yield* readLocalLogFiles(core);
  for (;;) {
    const isWithin = yield* isWithinLog(core, rules, recovered.position, local.frames);
    const beyond = isWithin ? framesBeyond(recovered.position, local.frames) : undefined;
    if (beyond === undefined) {
      yield* setLocalLogAside(core, local.files, 'it does not continue the log in the object store');
      local = { files: [], frames: [] };
    }
    const fence = sealFence(core, reign, recovered, rules.databaseId, beyond ?? []);
    const publication = yield* publishSegment(core, fence.identity, fence.segment);
    if (publication.kind === 'deposed') return 'deposed';
    if (publication.kind === 'taken') {
      if ((yield* readLog(core, recovered, rules)) === 'deposed') return 'deposed';
      continue;
    }
    yield* applyFence(core, reign, recovered, rules.databaseId, fence);
    yield* clearLocalLog(local.files);
    if (fence.frames.length > 1) {
      log(core, 'info', 'the local log went into its slot', { frames: fence.frames.length - 1 });
    }
    return { chain: fence.chain, fenceSlot: fence.segment.slot };
  }
}

/** The fencing segment of the reign for the next free slot, with frames that go into it before the fence. */
export function sealFence(
  core: Core,
  reign: Reign,
  recovered: Pick<Recovered, 'position' | 'nextSlot' | 'wallMs'>,
  databaseId: Uint8Array,
  beyond: readonly DecodedFrame[],
) {
  const { position } = recovered;
  const last = beyond.at(-1);
  const start: ChainEnd = {
    nextSlot: recovered.nextSlot,
    segmentHash: position.segmentHash,
    nextSequence: last === undefined ? position.sequence + 1 : last.frame.firstSequence + last.frame.records.length,
    frameHash: last?.hash ?? position.frameHash,
    wallMs: last?.frame.wallMs ?? recovered.wallMs,
  };
  const record = { kind: 'fence', epoch: reign.epoch, memberId: core.configuration.memberId } as const;
  const { frame, chain } = sealFrame(core, reign.epoch, start, [{ record, versions: [] }]);
  const identity = { databaseId, epoch: reign.epoch, nonce: reign.nonce };
  const bytes = [...beyond.map((found) => found.bytes), frame.bytes];
  const sealed = sealSegment(core, identity, 'fence', chain, recovered.nextSlot - 1, bytes);
  const own: DecodedFrame = {
    frame: {
      epoch: reign.epoch,
      firstSequence: frame.firstSequence,
      previousFrameHash: start.frameHash,
      wallMs: chain.wallMs,
      records: [record],
    },
    bytes: frame.bytes,
    hash: frame.hash,
  };
  return { identity, segment: sealed.segment, chain: sealed.chain, frames: [...beyond, own] };
}

function* applyFence(
  core: Core,
  reign: Reign,
  recovered: Recovered,
  databaseId: Uint8Array,
  fence: ReturnType<typeof sealFence>,
): Task<void> {
  const operations: LocalOperation[] = [];
  const made: Version[] = [];
  for (const frame of fence.frames) replayFrame(core, recovered, frame, slotKey(fence.segment.slot), operations, made);
  recovered.position = {
    ...recovered.position,
    slot: fence.segment.slot,
    epoch: reign.epoch,
    segmentHash: fence.segment.hash,
  };
  recovered.nextSlot = fence.segment.slot + 1;
  reign.durableSlot = fence.segment.slot;
  operations.push(localPositionPut(databaseId, recovered.position, core.digest));
  yield* writeLocal(operations);
  recovered.values.persisted(made);
}

/** Has `control` say by which rule this reign acknowledges, before it acknowledges anything. */
export function* establishRule(core: Core, reign: Reign): Task<void> {
  const rule: DurabilityRule = core.configuration.durability;
  const inSync = rule === 'local' ? [core.configuration.memberId] : [];
  const { control } = reign;
  const inForce = control.rule === rule && control.inSync.length === inSync.length && control.inSync[0] === inSync[0];
  if (inForce) return;
  reign.nextRule = { rule, inSync };
  while (reign.control.rule !== rule || reign.control.inSync[0] !== inSync[0]) {
    reign.renewNow = true;
    fire(reign.renewNowSignal);
    yield* waitFor(reign.renewedSignal);
  }
  log(core, 'info', 'durability rule in force', { rule });
}
