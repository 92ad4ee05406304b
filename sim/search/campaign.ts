import { failureKey, type Failure } from './failure.ts';
import type { RunTotals, SeedRun } from './job.ts';
import type { Pool } from './pool.ts';
import type { RunOptions } from './subject.ts';
import { addTotals, totalsNone } from './totals.ts';

/**
 * Seeds, one after another, over all workers of a pool.
 *
 * Invariants:
 * - Which seeds a campaign runs depends on its options alone; which of them fails first, too, however many workers there are.
 * - A failure is reported once for each broken guarantee, with the first seed that showed it.
 */
export interface CampaignOptions {
  readonly seeds: SeedRange;
  /** Real time after which no further seed begins. */
  readonly milliseconds: number | undefined;
  /** Failures after which no further seed begins. */
  readonly findingsMax: number;
  /** Aborted: no further seed begins. */
  readonly stop?: AbortSignal | undefined;
  readonly run?: RunOptions;
  /** At once when a guarantee is first seen broken, and again when a seed before that one breaks it too. */
  found?(finding: Finding): void;
  progress?(progress: CampaignProgress): void;
}

export interface SeedRange {
  readonly first: number;
  /** Undefined: until the time is over. */
  readonly count: number | undefined;
  /** This part of all parts, from 1. */
  readonly shard: { readonly part: number; readonly parts: number };
}

export interface CampaignProgress {
  readonly totals: RunTotals;
  readonly elapsedMs: number;
  readonly findings: number;
}

export interface Finding {
  readonly key: string;
  readonly verdict: Failure;
  readonly run: SeedRun;
  /** Its place among the campaign's seeds, from 1. */
  readonly seedsRun: number;
  /** Runs that failed in the same way. */
  readonly count: number;
}

export interface CampaignResult {
  readonly totals: RunTotals;
  readonly elapsedMs: number;
  readonly findings: readonly Finding[];
}

const seedsAtOnce = 4;
const seedEnd = 2 ** 32;

export async function runCampaign(pool: Pool, options: CampaignOptions): Promise<CampaignResult> {
  const startedMs = performance.now();
  const findings = new Map<string, Finding>();
  const { seeds, milliseconds, findingsMax } = options;
  let totals = totalsNone;
  let taken = 0;

  const elapsedMs = (): number => performance.now() - startedMs;

  function nextSeeds(): readonly number[] {
    if (findings.size >= findingsMax || options.stop?.aborted === true) return [];
    if (milliseconds !== undefined && elapsedMs() >= milliseconds) return [];
    const batch: number[] = [];
    while (batch.length < seedsAtOnce && (seeds.count === undefined || taken < countOfShard(seeds))) {
      batch.push(seedAt(seeds, taken));
      taken += 1;
    }
    return batch;
  }

  function take(run: SeedRun, seedsRun: number): void {
    totals = addTotals(totals, run.totals);
    const { verdict } = run;
    const key = failureKey(verdict);
    if (key === undefined || verdict.kind === 'ok') return;
    const known = findings.get(key);
    const count = (known?.count ?? 0) + 1;
    if (known !== undefined && known.seedsRun <= seedsRun) {
      findings.set(key, { ...known, count });
      return;
    }
    const finding: Finding = { key, verdict, run, seedsRun, count };
    findings.set(key, finding);
    options.found?.(finding);
  }

  async function work(): Promise<void> {
    for (;;) {
      const first = taken;
      const batch = nextSeeds();
      if (batch.length === 0) return;
      const job = { kind: 'seeds', seeds: batch } as const;
      const answer = await pool.ask(options.run === undefined ? job : { ...job, options: options.run });
      answer.runs.forEach((run, index) => take(run, first + index + 1));
      options.progress?.({ totals, elapsedMs: elapsedMs(), findings: findings.size });
    }
  }

  await Promise.all(Array.from({ length: pool.workers }, work));
  const sorted = [...findings.values()].sort((left, right) => left.seedsRun - right.seedsRun);
  return { totals, elapsedMs: elapsedMs(), findings: sorted };
}

function countOfShard({ count, shard }: SeedRange): number {
  return count === undefined ? Infinity : Math.floor((count - shard.part) / shard.parts) + 1;
}

function seedAt({ first, shard }: SeedRange, index: number): number {
  return (first + shard.part - 1 + index * shard.parts) % seedEnd;
}
