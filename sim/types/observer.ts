import type { Instant } from '../../src/ports/clock.ts';
import type { LocalEntry } from '../../src/ports/local-store.ts';
import type { HistoryEvent } from './history.ts';
import type { RunResult, StoreChange, Violation } from './result.ts';
import type { SystemEffect } from './system.ts';

/**
 * Looks on while a run goes, at constant cost for each call; made anew for each run. A violation that it returns ends the run. It
 * changes nothing: a run has the same trace with and without it.
 */
export interface Observer {
  readonly name: string;
  history?(event: HistoryEvent): Violation | undefined;
  /** The object store's content changed. */
  store?(change: StoreChange): Violation | undefined;
  /** A life of a node begins, on what it finds on its disks. The view stays good for as long as the life lasts. */
  disks?(node: number, incarnation: number, disks: DisksView): Violation | undefined;
  /**
   * Before the effect is carried out. `at`: by the node's own clocks. `toward`: the call that an answer is for, the client's stream
   * that a response is for, as the history names them; undefined: another effect, or the client is gone.
   */
  effect?(node: number, incarnation: number, effect: SystemEffect, at: Instant, toward?: string): Violation | undefined;
  /** At the end, if nothing was found before. `verdict` is `ok` or `unknown` then. */
  finish?(result: RunResult): Violation | { readonly kind: 'unknown'; readonly explanation: string } | undefined;
  /** What this observer saw exercised; added to the counts. */
  ledger?(): Readonly<Record<string, number>>;
}

/** A node's disks as they are now. */
export interface DisksView {
  /** The local store's, by key. */
  entries(): readonly LocalEntry[];
  /** Of the local log. */
  file(name: string): Uint8Array | undefined;
}
