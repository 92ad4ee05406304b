import type { Core } from '../core.ts';
import { logPrefix, slotKey, slotOfKey } from '../format/keys.ts';
import { listKeys } from '../store/list.ts';
import { readRange } from '../store/objects.ts';
import type { Task } from '../task.ts';

/**
 * The last of an unbroken row of slots, from one on that is known to be there with all before it.
 *
 * A LIST finds most of it at once, and may show what was there a moment ago; only a GET that finds nothing proves the end.
 */
export function* endOfLog(core: Core, durableSlot: number): Task<number> {
  let end = yield* endListed(core, durableSlot);
  while (yield* isFilled(core, end + 1)) end += 1;
  return end;
}

const slotsPerListing = 1_000;

function* endListed(core: Core, durableSlot: number): Task<number> {
  let end = durableSlot;
  for (;;) {
    const keys = yield* listKeys(core, logPrefix, slotKey(end), slotsPerListing);
    for (const key of keys) {
      if (slotOfKey(key) !== end + 1) return end;
      end += 1;
    }
    if (keys.length < slotsPerListing) return end;
  }
}

function* isFilled(core: Core, slot: number): Task<boolean> {
  return (yield* readRange(core, slotKey(slot), { start: 0, end: 1 })) !== undefined;
}
