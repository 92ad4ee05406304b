import { assert } from '../assert.ts';
import { log, type Core } from '../core.ts';
import { NodeFailure } from '../failure.ts';
import { slotKey } from '../format/keys.ts';
import type { DecodedSegment } from '../format/segment.ts';
import { readSegment } from '../recover/read-segment.ts';
import { settledPut } from '../store/objects.ts';
import type { Task } from '../task.ts';
import type { SealedSegment, SegmentIdentity } from './seal.ts';
import { slotHolder } from './slot-holder.ts';

/**
 * Puts a segment into its slot and finds out what became of it (protocol, invariants 1, 2 and 4). The same bytes are sent until it is
 * known; what a reign once sent for a slot is the only thing it ever sends for that slot.
 *
 * - `filled`: our segment is in the slot.
 * - `taken`: an earlier reign's is, dead or alive; ours has to go elsewhere.
 * - `deposed`: a later reign's is.
 */
export type Publication =
  | { readonly kind: 'filled' }
  | { readonly kind: 'taken'; readonly by: DecodedSegment }
  | { readonly kind: 'deposed'; readonly epoch: number };

export function* publishSegment(core: Core, identity: SegmentIdentity, segment: SealedSegment): Task<Publication> {
  const key = slotKey(segment.slot);
  const put = yield* settledPut(core, key, segment.bytes, { kind: 'absent' });
  if (put.kind === 'ours') return { kind: 'filled' };
  const found = yield* readSegment(core, identity.databaseId, segment.slot);
  if (found === undefined) throw new NodeFailure(`${key} was there and is gone: somebody deletes from this log`);
  const { epoch } = found.header;
  const holder = slotHolder({ epoch, hash: found.hash }, { epoch: identity.epoch, hash: segment.hash });
  if (holder === 'ours') return { kind: 'filled' };
  if (holder === 'later') return { kind: 'deposed', epoch };
  assert(holder === 'earlier', `${key} holds other bytes of this very epoch`);
  log(core, 'info', 'slot taken by an earlier reign', { slot: segment.slot, epoch });
  return { kind: 'taken', by: found };
}
