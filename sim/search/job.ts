import type { RunResult, Verdict } from '../types/result.ts';
import type { Scenario } from '../types/scenario.ts';
import type { RunOptions } from './subject.ts';

/** What workers are asked, and what they answer: plain data, copied between threads. */
export type Job =
  | { readonly kind: 'seeds'; readonly seeds: readonly number[]; readonly options?: RunOptions }
  | { readonly kind: 'scenario'; readonly scenario: Scenario; readonly options?: RunOptions }
  | { readonly kind: 'shrink'; readonly scenario: Scenario; readonly runsMax: number };

export type JobAnswer =
  | { readonly kind: 'seeds'; readonly runs: readonly SeedRun[] }
  | { readonly kind: 'scenario'; readonly result: RunResult }
  | { readonly kind: 'shrink'; readonly shrunk: ShrunkScenario | undefined };

/** One run of a campaign, without its history. */
export interface SeedRun {
  readonly seed: number;
  readonly verdict: Verdict;
  readonly traceHash: string;
  readonly totals: RunTotals;
  /** Only when it failed. */
  readonly scenario: Scenario | undefined;
}

export interface RunTotals {
  readonly runs: number;
  readonly events: number;
  readonly virtualMs: number;
  readonly calls: number;
  readonly faultsFired: Readonly<Record<string, number>>;
  readonly ledger: Readonly<Record<string, number>>;
  readonly callsByKind: Readonly<Record<string, number>>;
  /** Time that the runs took, all workers together. */
  readonly cpuMs: number;
}

export interface ShrunkScenario {
  readonly scenario: Scenario;
  readonly result: RunResult;
  /** 0: it is as it was found, and nothing was tried. */
  readonly runs: number;
  readonly neededFaults: readonly string[];
  readonly complete: boolean;
}
