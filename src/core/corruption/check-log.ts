import { AssertionError } from '../assert.ts';
import type { Core } from '../core.ts';
import { describeDamage } from '../format/damage.ts';
import { slotKey } from '../format/keys.ts';
import { decodeSegment, type DecodedSegment } from '../format/segment.ts';
import { applyToTables } from '../recover/recovered-tables.ts';
import type { RecoveredTables } from '../recover/recovered.ts';
import { segmentPlace } from '../recover/verify.ts';
import { readDecoded } from '../store/objects.ts';
import type { Referenced } from '../store/read-reference.ts';
import { all, type Task } from '../task.ts';
import type { LogPosition } from '../types/log.ts';
import type { Mismatch } from './mismatch.ts';
import { mismatchOf } from './mismatch.ts';
import { isSameSegment } from './served-state.ts';

/**
 * The slots after a place in the chain up to the one that this node has applied last, each by its checksums and by the hash of the one before
 * it. If the chain ends in the very segment that was applied, the log in the store is, byte for byte, what is served.
 */
export interface CheckedLog {
  /** The first that is wrong: nothing behind it is proved. */
  readonly mismatch: Mismatch | undefined;
  readonly slots: number;
}

const slotsAtOnce = 8;

/** @param tables as of `from`; they get what the records say. Undefined: it is not known what they were. */
export function* checkLog(
  core: Core,
  databaseId: Uint8Array,
  from: LogPosition,
  to: LogPosition,
  tables: RecoveredTables | undefined,
): Task<CheckedLog> {
  let position = from;
  for (let first = from.slot + 1; first <= to.slot; first += slotsAtOnce) {
    const count = Math.min(slotsAtOnce, to.slot - first + 1);
    const slots = Array.from({ length: count }, (_, index) => first + index);
    const read = yield* all(slots.map((slot) => readSlot(core, databaseId, slot)));
    for (const [index, segment] of read.entries()) {
      const slot = slots[index]!;
      const checked = follow(core, position, slot, segment, tables);
      if ('what' in checked) return { mismatch: checked, slots: slot - from.slot };
      position = checked;
    }
  }
  const slots = to.slot - from.slot;
  if (isSameSegment(position, to)) return { mismatch: undefined, slots };
  return { mismatch: mismatchAt(to.slot, 'it is not the segment that this node has applied'), slots };
}

function follow(
  core: Core,
  position: LogPosition,
  slot: number,
  read: Referenced<DecodedSegment>,
  tables: RecoveredTables | undefined,
): LogPosition | Mismatch {
  if (read.kind !== 'ok') return mismatchOf(read, { kind: 'slot', slot })!;
  const { header, frames, hash } = read.value;
  const place = segmentPlace(position, header);
  if (place === 'dead') return position;
  if (place !== 'next') return mismatchAt(slot, place.broken);
  for (const record of tables === undefined ? [] : frames.flatMap(({ frame }) => frame.records)) {
    try {
      applyToTables(core, tables!, record);
    } catch (error) {
      if (!(error instanceof AssertionError)) throw error;
      return mismatchAt(slot, `a record of it does not fit what was before it: ${error.message} does not hold`);
    }
  }
  return { ...position, slot, epoch: header.epoch, segmentHash: hash };
}

function* readSlot(core: Core, databaseId: Uint8Array, slot: number): Task<Referenced<DecodedSegment>> {
  const key = slotKey(slot);
  const read = yield* readDecoded(core, key, (body) => decodeSegment(key, body, core.digest, { databaseId, slot }));
  if (read.kind === 'missing') return { kind: 'missing', key, reason: `${key}: missing` };
  if (read.kind === 'damaged') return { kind: 'damaged', key, reason: describeDamage(read.damage) };
  return { kind: 'ok', value: read.value };
}

function mismatchAt(slot: number, what: string): Mismatch {
  const key = slotKey(slot);
  return { key, kind: 'mismatch', what: `${key}: ${what}`, scope: { kind: 'slot', slot } };
}
