import { leaderDriftMs } from '../limits.ts';
import type { Control } from '../types/log.ts';

/**
 * When a candidate may try to take the lead. The swap itself names the version that was watched, so a renewal that lands meanwhile
 * defeats it; waiting protects the reads that the holder serves without asking the store.
 *
 * The wait begins when the answer that first showed the version arrived: the holder sent that version before, and counts from then.
 * It is measured on the candidate's own monotonic clock; if that stands still, the wait is only longer.
 */
export interface ControlSighting {
  /** Of `control` as read; no two versions of a reign have the same bytes. */
  readonly etag: string;
  /** When the first of the unbroken row of reads that showed this version was answered. */
  readonly sinceMonotonicMs: number;
}

/** To be called with each read of `control`. */
export function sightControl(
  previous: ControlSighting | undefined,
  etag: string,
  atMonotonicMs: number,
): ControlSighting {
  return previous?.etag === etag ? previous : { etag, sinceMonotonicMs: atMonotonicMs };
}

export type TakeOverLease = Pick<Control, 'leader' | 'released' | 'heir' | 'leaseMs'>;

export function mayTakeOver(
  control: TakeOverLease,
  sighting: ControlSighting,
  atMonotonicMs: number,
  candidate: bigint,
): boolean {
  return atMonotonicMs >= takeOverAtMonotonicMs(control, sighting, candidate);
}

/** The earliest moment for it, on the candidate's monotonic clock, if the version stays. */
export function takeOverAtMonotonicMs(control: TakeOverLease, sighting: ControlSighting, candidate: bigint): number {
  if (isFreeFor(control, candidate)) return sighting.sinceMonotonicMs;
  return sighting.sinceMonotonicMs + control.leaseMs + leaderDriftMs(control.leaseMs);
}

/** A lease that was left to somebody else is nobody's yet: waiting is a courtesy, for its holder serves nothing any more. */
function isFreeFor({ leader, released, heir }: TakeOverLease, candidate: bigint): boolean {
  if (leader === undefined) return true;
  return released && (heir === undefined || heir === candidate);
}
