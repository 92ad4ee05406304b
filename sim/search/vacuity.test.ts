import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { generateScenario } from '../generate.ts';
import { type OracleName, oracleNames } from '../oracle/all-oracles.ts';
import { parseScenario } from '../scenario-document.ts';
import type { Scenario } from '../types/scenario.ts';
import { seedRunOf } from './answer-job.ts';
import { loadMutant, plantedMutant } from './mutants.ts';
import { createPool, type Pool } from './pool.ts';
import { subject } from './store-subject.ts';
import { addTotals, neverExercised, neverFired, totalsNone, withoutOccasion } from './totals.ts';

/** The simulator can fail: a world without faults proves nothing, and each oracle is needed by some mutant. */

const storeUrl = new URL('./store-subject.ts', import.meta.url).href;
const pools: Pool[] = [];
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.close()));
});

test('a world without faults fails the ledger', () => {
  let totals = totalsNone;
  for (let seed = 1; seed <= 10; seed++) {
    const result = subject.run(
      generateScenario(seed, { faults: [], nodes: 2, collectors: false, settings: { collectIntervalMs: 0 } }),
    );
    totals = addTotals(totals, seedRunOf(seed, result, 0).totals);
  }
  const needless = subject.faultKinds!.filter(({ occasion }) => occasion === undefined).map(({ kind }) => kind);
  expect(neverFired(totals, subject.faultKinds!)).toEqual(needless.toSorted());
  expect(neverExercised(totals)).toContain('log: dead segments of an earlier reign');
});

test('a fault that never had an occasion is told, and fails the campaign once it had one often enough', () => {
  const kinds = subject.faultKinds!.filter(({ kind }) => kind === 'store-late-delete');
  expect(kinds).toHaveLength(1);
  const after = (calls: number, fired: number) => ({
    ...totalsNone,
    callsByKind: { 'object-delete': calls, 'object-put': 1_000_000 },
    faultsFired: { 'store-late-delete': fired },
  });
  expect(withoutOccasion(after(0, 0), kinds)).toEqual(kinds);
  expect(neverFired(after(0, 0), kinds)).toEqual([]);
  expect(withoutOccasion(after(1_000, 0), kinds)).toEqual([]);
  expect(neverFired(after(1_000, 0), kinds)).toEqual(['store-late-delete']);
  expect(neverFired(after(1_000, 1), kinds)).toEqual([]);
  expect(withoutOccasion(after(0, 1), kinds)).toEqual([]);
});

test('calls are counted by their kind, so that occasions are', () => {
  const { counts } = subject.run(
    generateScenario(1, {
      faults: [],
      nodes: 1,
      activeMs: 5_000,
      operations: 30,
      collectors: false,
      settings: { collectIntervalMs: 0 },
    }),
  );
  expect(counts.callsByKind['object-put']).toBeGreaterThan(0);
  expect(counts.callsByKind['object-delete']).toBeUndefined();
});

/** Each with a mutant that it alone catches in a scenario of its own, `vacuity/ORACLE.json`. */
const alone: readonly (readonly [OracleName, string])[] = [
  ['invariants', 'answers-out-of-order'],
  ['log', 'lease-keys-one-by-one'],
  ['collection', 'floor-above-checkpoint'],
  ['branches', 'branch-keeps-the-frame'],
  ['local-disks', 'local-log-cleared-first'],
  ['answers', 'compacted-reads-served'],
  ['watch', 'previous-value-wrong'],
  ['leases', 'lease-never-expires'],
  ['liveness', 'replay-over-hole'],
  ['quota', 'quota-overlooks-transactions'],
  ['corruption', 'check-passes-damage'],
];

function scenarioOf(oracle: OracleName): Scenario {
  return parseScenario(readFileSync(new URL(`./vacuity/${oracle}.json`, import.meta.url), 'utf8'));
}

async function poolOf(mutant: string): Promise<Pool> {
  const pool = createPool({ workers: 1, subjectUrl: storeUrl, mutant: plantedMutant(await loadMutant(mutant)) });
  pools.push(pool);
  return pool;
}

async function verdictOf(pool: Pool, scenario: Scenario, withoutObservers: readonly OracleName[]) {
  const { result } = await pool.ask({ kind: 'scenario', scenario, options: { withoutObservers } });
  return result.verdict;
}

test.each(alone)('without the oracle %s the mutant %s lives', async (oracle, mutant) => {
  const scenario = scenarioOf(oracle);
  const pool = await poolOf(mutant);
  expect(['safety', 'liveness']).toContain((await verdictOf(pool, scenario, [])).kind);
  expect(await verdictOf(pool, scenario, [oracle])).toEqual({ kind: 'ok' });
  expect(subject.run(scenario).verdict).toEqual({ kind: 'ok' });
});

test('the black-box check finds without the log what others find with it', async () => {
  const scenario = scenarioOf('black-box');
  const pool = await poolOf('limit-off-by-one');
  const others = oracleNames.filter((name) => name !== 'black-box');
  expect(await verdictOf(pool, scenario, others)).toMatchObject({ kind: 'safety', guarantee: 'linearizability' });
  expect(await verdictOf(pool, scenario, oracleNames)).toEqual({ kind: 'ok' });
  expect(subject.run(scenario).verdict).toEqual({ kind: 'ok' });
});

test('every oracle has such a test', () => {
  expect([...alone.map(([oracle]) => oracle), 'black-box'].toSorted()).toEqual(oracleNames.toSorted());
});
