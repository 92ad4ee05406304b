import { afterAll, expect, test } from 'vitest';
import { generateScenario } from '../generate.ts';
import { runCampaign } from './campaign.ts';
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
    const result = subject.run(generateScenario(seed, { faults: [], nodes: 2 }));
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
  const { counts } = subject.run(generateScenario(1, { faults: [], nodes: 1, activeMs: 5_000, operations: 30 }));
  expect(counts.callsByKind['object-put']).toBeGreaterThan(0);
  expect(counts.callsByKind['object-delete']).toBeUndefined();
});

test.each([
  ['watch', 'revision-split', 1_000_003, 8, ['watch', 'invariants']],
  ['leases', 'lease-early', 1_000_003, 8, ['leases', 'invariants']],
  ['answers', 'count-after-limit', 1_000_003, 8, ['answers', 'black-box']],
])('without the oracle of %s the mutant %s lives', async (_oracle, name, first, count, without) => {
  const pool = createPool({ workers: 1, subjectUrl: storeUrl, mutant: plantedMutant(await loadMutant(name)) });
  pools.push(pool);
  const seeds = { first, count, shard: { part: 1, parts: 1 } };
  const options = { seeds, milliseconds: undefined, findingsMax: 1 };
  const seen = await runCampaign(pool, options);
  expect(seen.findings).toHaveLength(1);
  const blind = await runCampaign(pool, { ...options, run: { withoutObservers: without } });
  expect(blind.findings).toEqual([]);
});
