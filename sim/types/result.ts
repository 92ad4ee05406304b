import type { HistoryEvent } from './history.ts';
import type { Scenario } from './scenario.ts';

/** What one run came to. Plain data, but for the two maps of bytes and counts. */
export interface RunResult {
  readonly scenario: Scenario;
  readonly verdict: Verdict;
  readonly history: readonly HistoryEvent[];
  /** The object store's content at the end, by key. */
  readonly objects: ReadonlyMap<string, Uint8Array>;
  /** The same content as it came about: every object that was ever put or deleted, in order. */
  readonly storeChanges: readonly StoreChange[];
  readonly stops: readonly NodeStop[];
  readonly trace: Trace;
  readonly counts: Counts;
}

/**
 * - `safety`, `liveness`: a guarantee is broken.
 * - `crash`: an assertion of the system under test, or an exception in it: our bug, whatever else it broke.
 * - `unknown`: nothing is proved (budget spent, search given up). It never passes.
 */
export type Verdict =
  | { readonly kind: 'ok' }
  | Violation
  | {
      readonly kind: 'crash';
      readonly explanation: string;
      readonly node?: number;
      readonly atMs: number;
      readonly stack?: string;
    }
  | { readonly kind: 'unknown'; readonly explanation: string };

export interface Violation {
  readonly kind: 'safety' | 'liveness';
  /** Short and stable: shrinking keeps it, the bug zoo names it. */
  readonly guarantee: string;
  /** One sentence: what was promised, and what happened. */
  readonly explanation: string;
  readonly atMs?: number;
  /** Ids of what the story has to tell: operations, calls, faults, nodes, keys, revisions. */
  readonly operations: readonly string[];
  readonly faults: readonly string[];
  readonly keys: readonly string[];
  readonly revisions: readonly number[];
}

export interface StoreChange {
  readonly atMs: number;
  readonly key: string;
  /** Undefined: by an operator or the store itself. */
  readonly node: number | undefined;
  /** Undefined: deleted. */
  readonly bytes: Uint8Array | undefined;
}

export interface NodeStop {
  readonly atMs: number;
  readonly node: number;
  readonly incarnation: number;
  /** Undefined: orderly. */
  readonly failure: string | undefined;
}

export interface Trace {
  /** 16 hex digits, chained over every event and every effect of the run. */
  readonly hash: string;
  /** One line for each event, when asked for: to find where two runs part. */
  readonly lines: readonly string[] | undefined;
}

export interface Counts {
  readonly events: number;
  readonly steps: number;
  readonly effects: number;
  readonly virtualMs: number;
  readonly operations: number;
  readonly calls: number;
  readonly storeCalls: number;
  /** Of the object store and the disks, by kind of operation. */
  readonly callsByKind: Readonly<Record<string, number>>;
  /** How often each kind of fault took effect. */
  readonly faultsFired: Readonly<Record<string, number>>;
  /** Faults of the scenario that did. */
  readonly firedIds: readonly string[];
  /** Effects of each incarnation of each node, for crash points: `effectsOf[node][incarnation]`. */
  readonly effectsOf: readonly (readonly number[])[];
  /** How often each guarantee was exercised for real, by name; filled by the oracles. */
  readonly ledger: Readonly<Record<string, number>>;
}
