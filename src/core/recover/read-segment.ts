import type { Core } from '../core.ts';
import { NodeFailure } from '../failure.ts';
import { describeDamage } from '../format/damage.ts';
import { slotKey } from '../format/keys.ts';
import { decodeSegment, type DecodedSegment } from '../format/segment.ts';
import { readDecoded } from '../store/objects.ts';
import type { Task } from '../task.ts';

/** A slot's own object. Undefined: nothing is in the slot. `home`: another database's log, from the root of the family. */
export function* readSegment(
  core: Core,
  databaseId: Uint8Array,
  slot: number,
  home?: string,
): Task<DecodedSegment | undefined> {
  const key = slotKeyOf(slot, home);
  const read = yield* readDecoded(core, key, (body) => decodeSegment(key, body, core.digest, { databaseId, slot }));
  if (read.kind === 'missing') return undefined;
  if (read.kind === 'damaged') throw unprovable(describeDamage(read.damage));
  return read.value;
}

export function unprovable(damage: string): NodeFailure {
  return new NodeFailure(
    `${damage}. Nothing after it can be proved: restore this object from a version or a backup of the bucket.`,
  );
}

/** In another database's log, from the root of the family; undefined: in one's own. */
export function slotKeyOf(slot: number, home: string | undefined): string {
  return home === undefined ? slotKey(slot) : `/${home}${slotKey(slot)}`;
}
