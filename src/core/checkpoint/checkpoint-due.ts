export interface DueGround {
  /** Since the last checkpoint that the manifest names. */
  readonly slots: number;
  /** Since this reign began the last one, or since it began itself. */
  readonly sinceMs: number;
  readonly segmentsMax: number;
  /** 0: not by time. */
  readonly intervalMs: number;
}

/** Whether it is time for a checkpoint: the log since the last one is long, or it is old and there is something new. */
export function checkpointDue({ slots, sinceMs, segmentsMax, intervalMs }: DueGround): boolean {
  if (slots >= segmentsMax) return true;
  return slots > 0 && intervalMs > 0 && sinceMs >= intervalMs;
}
