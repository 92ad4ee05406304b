import { afterAll, describe, expect, test } from 'vitest';
import { scenarioNamed } from '../scenarios/index.ts';
import type { Scenario } from '../types/scenario.ts';
import { runCrashPoints, type CrashPointsResult } from './crash-points.ts';
import { loadMutant, plantedMutant } from './mutants.ts';
import { createPool, type Pool, type PoolOptions } from './pool.ts';

/**
 * Crashes all over a short life of the store, and again all over the recovery; `T4_CRASH_POINTS=100000` takes each of them, not one in so
 * many.
 */
const subjectUrl = new URL('./store-subject.ts', import.meta.url).href;
const runsMax = Number(process.env['T4_CRASH_POINTS'] ?? 60);
const pools: Pool[] = [];

function open(options: Pick<PoolOptions, 'mutant'> = {}): Pool {
  const pool = createPool({ workers: 2, subjectUrl, ...options });
  pools.push(pool);
  return pool;
}

afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.close()));
});

interface Way {
  readonly name: string;
  readonly diskLost: boolean;
}

function crashes(pool: Pool, scenario: Scenario, diskLost: boolean, depth: 1 | 2): Promise<CrashPointsResult> {
  const crashAfter = (node: number, incarnation: number, nth: number) => ({
    kind: 'crash-after-effect',
    ...{ node, incarnation, nth, diskLost, restartMs: 200 },
  });
  return runCrashPoints(pool, scenario, { depth, runsMax, crashAfter });
}

describe.each<Way>([
  { name: 'short-life', diskLost: false },
  { name: 'short-life', diskLost: true },
  { name: 'short-life-local', diskLost: false },
])('$name, disk lost: $diskLost', ({ name, diskLost }) => {
  const pool = open();
  const scenario = scenarioNamed(name)!;

  test('the calm run does what a crash could break', async () => {
    const { result } = await pool.ask({ kind: 'scenario', scenario });
    expect(result.verdict).toEqual({ kind: 'ok' });
    expect(result.counts.effectsOf[0]).toHaveLength(2);
    expect(Math.min(...result.counts.effectsOf[0]!)).toBeGreaterThan(100);
    expect([...result.objects.keys()].filter((key) => key.startsWith('checkpoints/')).length).toBeGreaterThan(1);
    for (const exercised of ['compactions', 'leases: granted', 'writes: acknowledged, found in the log']) {
      expect(result.counts.ledger[exercised], exercised).toBeGreaterThan(0);
    }
  });

  test('a crash after an effect, and again while it recovers', async () => {
    const { failures, points, runs } = await crashes(pool, scenario, diskLost, 2);
    expect(failures).toEqual([]);
    expect(points).toBeGreaterThanOrEqual(Math.min(runsMax, 300));
    expect(runs).toBe(points + 1);
  }, 10_000_000);
});

/** Without the crash of its own, so that nothing but a crash point can show it; an invariant may be faster with the first. */
test.each([
  ['acknowledge-before-put', 'short-life'],
  ['revision-from-newest-key', 'short-life-local'],
  ['local-log-cleared-first', 'short-life-local'],
])(
  '%s does not survive the crash points of %s',
  async (mutant, name) => {
    const pool = open({ mutant: plantedMutant(await loadMutant(mutant)) });
    const scenario = { ...scenarioNamed(name)!, faults: [] };
    const { failures } = await crashes(pool, scenario, false, 1);
    const kinds = failures.map(({ verdict }) => verdict.kind);
    expect(kinds.filter((kind) => kind === 'safety' || kind === 'crash')).not.toEqual([]);
  },
  300_000,
);
