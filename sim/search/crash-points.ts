import type { Verdict } from '../types/result.ts';
import type { Fault, Scenario } from '../types/scenario.ts';
import { failureKey } from './failure.ts';
import type { Pool } from './pool.ts';

/**
 * Every crash point of a scenario: it is run once and its effects are counted, then again and again, with a crash after each effect in turn;
 * with `depth` 2 each of those runs is counted too, and again run with a second crash after each effect of the life that follows
 * the first, which is the recovery and what comes behind it.
 */
export interface CrashPointsOptions {
  readonly depth: 1 | 2;
  /** Runs at most, those of the deeper level included; evenly spread when there are more points. */
  readonly runsMax: number;
  /** Makes the fault that crashes a life after its n-th effect. */
  readonly crashAfter: (node: number, incarnation: number, nth: number) => Omit<Fault, 'id'>;
  progress?(done: number, of: number): void;
}

export interface CrashPoint {
  readonly node: number;
  readonly incarnation: number;
  readonly nth: number;
}

export interface CrashPointsResult {
  readonly points: number;
  readonly runs: number;
  readonly failures: readonly {
    readonly at: readonly CrashPoint[];
    readonly verdict: Verdict;
    readonly scenario: Scenario;
  }[];
}

export async function runCrashPoints(
  pool: Pool,
  scenario: Scenario,
  options: CrashPointsOptions,
): Promise<CrashPointsResult> {
  const failures: { at: readonly CrashPoint[]; verdict: Verdict; scenario: Scenario }[] = [];
  const base = await pool.ask({ kind: 'scenario', scenario });
  if (failureKey(base.result.verdict) !== undefined) {
    return { points: 0, runs: 1, failures: [{ at: [], verdict: base.result.verdict, scenario }] };
  }
  let runs = 1;
  let done = 0;
  let planned = 0;

  async function crash(
    at: readonly CrashPoint[],
    from: Scenario,
  ): Promise<{ readonly at: readonly CrashPoint[]; readonly crashed: Scenario; readonly effectsOf: EffectsOf }> {
    const crashed = withCrash(from, at.at(-1)!, options);
    const { result } = await pool.ask({ kind: 'scenario', scenario: crashed });
    runs += 1;
    done += 1;
    options.progress?.(done, planned);
    if (failureKey(result.verdict) !== undefined) failures.push({ at, verdict: result.verdict, scenario: crashed });
    return { at, crashed, effectsOf: result.counts.effectsOf };
  }

  const first = spread(
    pointsOf(base.result.counts.effectsOf),
    options.depth === 1 ? options.runsMax : Math.ceil(options.runsMax / 4),
  );
  planned = first.length;
  const crashed = await Promise.all(first.map((point) => crash([point], scenario)));
  let points = first.length;
  if (options.depth === 2) {
    const second = crashed.flatMap(({ at, crashed: from, effectsOf }) => {
      const { node, incarnation } = at[0]!;
      const next = incarnation + 1;
      return numbersTo(effectsOf[node]?.[next] ?? 0).map((nth) => ({
        at: [at[0]!, { node, incarnation: next, nth }],
        from,
      }));
    });
    const chosen = spread(second, options.runsMax - first.length);
    points += chosen.length;
    planned += chosen.length;
    await Promise.all(chosen.map(({ at, from }) => crash(at, from)));
  }
  return { points, runs, failures };
}

type EffectsOf = readonly (readonly number[])[];

function pointsOf(effectsOf: EffectsOf): readonly CrashPoint[] {
  return effectsOf.flatMap((incarnations, node) =>
    incarnations.flatMap((effects, incarnation) => numbersTo(effects).map((nth) => ({ node, incarnation, nth }))),
  );
}

function numbersTo(last: number): readonly number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

/** At most so many, evenly over all of them. */
function spread<Item>(items: readonly Item[], max: number): readonly Item[] {
  if (items.length <= max) return items;
  return Array.from({ length: max }, (_, index) => items[Math.floor((index * items.length) / max)]!);
}

function withCrash(scenario: Scenario, { node, incarnation, nth }: CrashPoint, options: CrashPointsOptions): Scenario {
  const id = `crash-${node}-${incarnation}-${nth}`;
  const fault = { ...options.crashAfter(node, incarnation, nth), id } as Fault;
  return { ...scenario, faults: [...scenario.faults, fault] };
}
