/**
 * Time as it reaches the core: with each event, never read by it.
 *
 * `monotonicMs` never goes back and counts from an arbitrary start of this process; it is the only clock that leases and
 * timers use. `wallMs` is milliseconds since 1970: it stamps records for people and time travel, and betrays a machine
 * that was suspended. No clock is ever compared with another machine's.
 */
export interface Instant {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

export interface Clock {
  now(): Instant;
  /** Calls `fire` once, not before `monotonicMs`; returns a function that cancels it. */
  schedule(monotonicMs: number, fire: () => void): () => void;
}
