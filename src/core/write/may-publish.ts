/**
 * How many segments may be in flight. An earlier reign's late PUTs can land in any of the `logInflightMax` slots after the fence; there
 * a segment of ours may find its slot taken by a dead one and has to move on. Segments in flight name the one before them, so one
 * that moved would break the chain of those behind it: within that reach they go one at a time.
 */
export function segmentsInFlightAllowed(
  nextSlot: number,
  fenceSlot: number,
  logInflightMax: number,
  configuredMax: number,
): number {
  if (nextSlot <= fenceSlot + logInflightMax) return 1;
  return configuredMax < logInflightMax ? configuredMax : logInflightMax;
}
