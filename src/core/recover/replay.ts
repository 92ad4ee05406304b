import type { LocalOperation } from '../../ports/local-store.ts';
import { settleCompaction } from '../compact/scrub.ts';
import type { Core } from '../core.ts';
import { NodeFailure } from '../failure.ts';
import { slotKey } from '../format/keys.ts';
import { localPositionPut, localWritesOfVersion } from '../format/local-layout.ts';
import type { DecodedFrame } from '../format/frame.ts';
import type { DecodedSegment } from '../format/segment.ts';
import { applyRecord } from '../state/apply-record.ts';
import { call, type Task } from '../task.ts';
import type { Frame, LogPosition } from '../types/log.ts';
import type { LogRecord } from '../types/record.ts';
import type { Version } from '../types/version.ts';
import { localStoreUnwritable } from '../values/read-values.ts';
import type { Recovered } from './recovered.ts';
import { applyToTables } from './recovered-tables.ts';
import { frameBreak } from './verify.ts';

/** Applies live segments, in order, to the state in memory and then, as one write, to the local store. */
export function* replaySegments(core: Core, recovered: Recovered, segments: readonly DecodedSegment[]): Task<void> {
  if (segments.length === 0) return;
  const operations: LocalOperation[] = [];
  const made: Version[] = [];
  for (const segment of segments) {
    for (const frame of segment.frames)
      replayFrame(core, recovered, frame, slotKey(segment.header.slot), operations, made);
    recovered.position = {
      ...recovered.position,
      slot: segment.header.slot,
      epoch: segment.header.epoch,
      segmentHash: segment.hash,
    };
  }
  operations.push(localPositionPut(segments[0]!.header.databaseId, recovered.position, core.digest));
  yield* writeLocal(operations);
  recovered.values.persisted(made);
}

/** Applies one frame to the state and the position; `source` names where it was read, for the failure's words. */
export function replayFrame(
  core: Core,
  recovered: Recovered,
  { frame, hash }: DecodedFrame,
  source: string,
  operations: LocalOperation[],
  made: Version[],
): void {
  proveFrame(recovered.position, frame, source);
  let position = recovered.position;
  for (const record of frame.records) {
    const versions = applyRecord(recovered.state, record);
    if (record.kind === 'compact') settleCompaction(recovered.state, record.revision);
    for (const version of versions) {
      made.push(version);
      operations.push(...localWritesOfVersion(version, core.digest));
    }
    operations.push(...applyToTables(core, recovered, record));
    position = positionAfter(position, record);
  }
  recovered.position = { ...position, frameHash: hash };
  recovered.wallMs = frame.wallMs;
}

/** Throws when the frame does not follow. `source` names where it was read. */
export function proveFrame(position: LogPosition, frame: Frame, source: string): void {
  const broken = frameBreak(position, frame);
  if (broken !== undefined) throw new NodeFailure(`${source} is not part of this log: ${broken}`);
}

/** Where the log stands after one more record. */
export function positionAfter(position: LogPosition, record: LogRecord): LogPosition {
  const sequence = position.sequence + 1;
  switch (record.kind) {
    case 'write':
      return { ...position, sequence, revision: record.revision };
    case 'lease-revoke':
      return { ...position, sequence, revision: record.revision === 0 ? position.revision : record.revision };
    case 'compact':
      return { ...position, sequence, compactRevision: record.revision };
    case 'lease-grant':
    case 'fence':
    case 'auth':
    case 'alarm':
      return { ...position, sequence };
  }
}

export function* writeLocal(batch: readonly LocalOperation[]): Task<void> {
  const result = yield* call({ kind: 'local-write', batch, durability: 'none', afterReads: false });
  if (result.kind === 'local-failed') throw localStoreUnwritable(result.message);
}
