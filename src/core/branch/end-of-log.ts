import type { Core } from '../core.ts';
import { logPrefix, slotKey, slotOfKey } from '../format/keys.ts';
import { listKeys } from '../store/list.ts';
import type { Task } from '../task.ts';

const slotsPerListing = 1_000;

/** The last of an unbroken row of slots, from one on that is known to be there with all before it. */
export function* endOfLog(core: Core, durableSlot: number): Task<number> {
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
