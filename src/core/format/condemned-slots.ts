import { slotsNeededFrom } from './slots-needed.ts';
import { assert } from '../assert.ts';
import { condemnedSlotsMax } from '../limits.ts';
import type { CondemnedSlots, Manifest } from '../types/log.ts';
import type { ByteReader } from './reader.ts';
import type { ByteWriter } from './writer.ts';

/** Since when which slots are not needed any more, as manifests say it: strictly ascending, above what is collected, at most what is not needed. */

export function writeCondemnedSlots(writer: ByteWriter, manifest: Manifest): void {
  const { condemnedSlots, logCollectedFloor } = manifest;
  assert(condemnedSlots.length <= condemnedSlotsMax, 'more condemned slots than condemnedSlotsMax');
  writer.varint(condemnedSlots.length);
  let least = logCollectedFloor;
  for (const { below, wallMs } of condemnedSlots) {
    assert(below > least, 'condemned slots ascend, above those collected');
    least = below;
    writer.varint(below);
    writer.varint(wallMs);
  }
  assert(condemnedSlots.length === 0 || least <= slotsNeededFrom(manifest), 'no slot is condemned that is needed');
}

export function readCondemnedSlots(
  reader: ByteReader,
  collectedFloor: number,
  neededFrom: number,
): readonly CondemnedSlots[] {
  const count = reader.count('condemned slots', 2, 0, condemnedSlotsMax);
  const condemned: CondemnedSlots[] = [];
  for (let index = 0; index < count; index++) {
    const least = (condemned.at(-1)?.below ?? collectedFloor) + 1;
    const below = reader.varint('end of condemned slots', least, neededFrom);
    condemned.push({ below, wallMs: reader.varint('time of condemned slots') });
  }
  return condemned;
}
