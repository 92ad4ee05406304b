import { assert } from '../assert.ts';

/**
 * Slots that are never collected (protocol, invariant 7): a fencing segment, and after it as many slots as a writer may have in flight.
 * A leader that slept through its takeover may still send what it had for these; in an empty slot it would succeed, and acknowledge a
 * record that is in nobody's log.
 *
 * `fences` are the fencing slots among those from `slot - inflightMax` to `slot`.
 */
export function staysForEver(slot: number, fences: ReadonlySet<number>, inflightMax: number): boolean {
  assert(inflightMax >= 1, 'a writer has at least one segment in flight');
  for (let before = 0; before <= inflightMax; before++) if (fences.has(slot - before)) return true;
  return false;
}
