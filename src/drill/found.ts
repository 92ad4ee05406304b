import { pricesDefault } from '../cost/prices.ts';
import type { Compared } from './compare.ts';
import type { RequestCount } from './count-requests.ts';
import type { DrillOptions } from './options.ts';
import type { DrillReport, Leftover } from './report.ts';
import { costOf, recoveryPhases } from './totals.ts';
import type { Verdict } from './verdict.ts';

/** What is known so far: what a step found, it notes here. */
export interface Found {
  readonly warnings: string[];
  leftovers: readonly Leftover[];
  /** Where the database goes on, if it was rolled back. */
  home: string;
  branch: { readonly name: string; readonly removed: boolean } | undefined;
  /** Of the last round. */
  round: Round;
}

export interface Round {
  branchMs?: number;
  readyMs?: number;
  fullMs?: number;
  compareMs?: number;
  revision?: number;
  versions?: number;
  compared?: Compared;
}

export function nothingFound(home: string): Found {
  return { warnings: [], leftovers: [], home, branch: undefined, round: {} };
}

export interface Span {
  readonly beganWallMs: number;
  readonly tookMs: number;
}

export function reportOf(
  options: DrillOptions,
  { home, round, branch, leftovers, warnings }: Found,
  verdict: Verdict,
  requests: readonly RequestCount[],
  { beganWallMs, tookMs }: Span,
): DrillReport {
  const { limits, endpoint, server, store } = options;
  const { compared } = round;
  return {
    format: 1,
    ...verdict,
    startedAt: new Date(beganWallMs).toISOString(),
    store: store.description,
    home,
    comparedWith: server === undefined ? 'log' : 'server',
    endpoint: endpoint ?? null,
    revision: round.revision ?? null,
    compactRevision: compared?.expected.compactRevision ?? null,
    hash: { expected: compared?.expected.hash ?? null, recovered: compared?.recovered.hash ?? null },
    keys: { expected: compared?.expected.keys ?? null, recovered: compared?.keys ?? null },
    versions: round.versions ?? null,
    seconds: {
      branch: secondsOf(round.branchMs),
      ready: secondsOf(round.readyMs),
      full: secondsOf(round.fullMs),
      compare: secondsOf(round.compareMs),
      total: roundedSeconds(tookMs),
    },
    limits: { readySeconds: secondsOf(limits.readyMs), fullSeconds: secondsOf(limits.fullMs) },
    requests,
    cost: {
      currency: pricesDefault.currency,
      prices: pricesDefault.name,
      recovery: costOf(requests, recoveryPhases, pricesDefault),
      total: costOf(requests, undefined, pricesDefault),
    },
    branch: branch ?? null,
    leftovers,
    warnings,
  };
}

function secondsOf(milliseconds: number | undefined): number | null {
  return milliseconds === undefined ? null : roundedSeconds(milliseconds);
}

function roundedSeconds(milliseconds: number): number {
  return Math.round(milliseconds) / 1_000;
}
