import { afterAll, expect, test } from 'vitest';
import { generateScenario } from '../generate.ts';
import { runCampaign } from './campaign.ts';
import { seedRunOf } from './answer-job.ts';
import { loadMutant, plantedMutant } from './mutants.ts';
import { createPool, type Pool } from './pool.ts';
import { subject } from './store-subject.ts';
import { addTotals, neverExercised, neverFired, totalsNone } from './totals.ts';

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
  const generated = subject.faultKinds!.filter((kind) => kind.generated).map(({ kind }) => kind);
  expect(neverFired(totals, generated)).toEqual(generated.toSorted());
  expect(neverExercised(totals)).toContain('log: dead segments of an earlier reign');
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
