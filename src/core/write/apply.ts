import type { LocalOperation } from '../../ports/local-store.ts';
import type { Core } from '../core.ts';
import { localPositionPut, localWritesOfVersion } from '../format/local-layout.ts';
import type { Recovered } from '../recover/recovered.ts';
import { applyToTables } from '../recover/recovered-tables.ts';
import { positionAfter } from '../recover/replay.ts';
import type { Version } from '../types/version.ts';
import type { SealedFrame, SealedSegment } from './seal.ts';

/**
 * The local store follows the slots: one write for each segment, with the place in the chain that it brings the node to. Never ahead
 * of the slots, so that what it says can be proved by them.
 */
export function applySegment(
  core: Core,
  databaseId: Uint8Array,
  recovered: Recovered,
  epoch: number,
  segment: SealedSegment,
  frames: readonly SealedFrame[],
): { readonly operations: readonly LocalOperation[]; readonly made: readonly Version[] } {
  const operations: LocalOperation[] = [];
  const made: Version[] = [];
  let { position } = recovered;
  for (const frame of frames) {
    for (const { record, versions } of frame.admitted) {
      for (const version of versions) {
        made.push(version);
        operations.push(...localWritesOfVersion(version, core.digest));
      }
      operations.push(...applyToTables(core, recovered, record));
      position = positionAfter(position, record);
    }
    position = { ...position, frameHash: frame.hash };
    recovered.wallMs = frame.wallMs;
  }
  recovered.position = { ...position, slot: segment.slot, epoch, segmentHash: segment.hash };
  recovered.nextSlot = segment.slot + 1;
  operations.push(localPositionPut(databaseId, recovered.position, core.digest));
  return { operations, made };
}
