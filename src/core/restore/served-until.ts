import { takeOverAtMonotonicMs } from '../lease/may-take-over.ts';
import type { ObservedControl } from '../reign/control-object.ts';

/**
 * Until when the former leader may answer reads, on this machine's monotonic clock: as a candidate counts, from when its lease was last seen. A tool may
 * take the epoch before, but nobody may serve anything newer.
 */
export function servedUntilMonotonicMs({ control, etag }: ObservedControl, seenMonotonicMs: number): number {
  // Given back is given back, whoever it is left to.
  const candidate = control.heir ?? 0n;
  return takeOverAtMonotonicMs(control, { etag, sinceMonotonicMs: seenMonotonicMs }, candidate);
}

/** A lease that is given back is taken over at once: not before the former leader's has lapsed. */
export function mayLetGo(servedUntilMs: number, atMonotonicMs: number): boolean {
  return atMonotonicMs >= servedUntilMs;
}
