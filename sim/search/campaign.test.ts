import { afterAll, expect, test } from 'vitest';
import { runCampaign, type CampaignOptions } from './campaign.ts';
import { runCrashPoints } from './crash-points.ts';
import { loadMutant, plantedMutant } from './mutants.ts';
import { createPool, JobGivenUpError, type Pool } from './pool.ts';
import { neverExercised } from './totals.ts';
import { subject } from '../../test/support/toy-subject.ts';

const subjectUrl = new URL('../../test/support/toy-subject.ts', import.meta.url).href;
const pools: Pool[] = [];

function pool(workers: number): Pool {
  const created = createPool({ workers, subjectUrl });
  pools.push(created);
  return created;
}

afterAll(async () => {
  await Promise.all(pools.map((created) => created.close()));
});

const whole = { part: 1, parts: 1 };

function campaign(seeds: Partial<CampaignOptions['seeds']>, others: Partial<CampaignOptions> = {}): CampaignOptions {
  return {
    seeds: { first: 0, count: 200, shard: whole, ...seeds },
    milliseconds: undefined,
    findingsMax: 1,
    ...others,
  };
}

test('the first failing seed is the same however many workers there are', async () => {
  let first = 0;
  while (subject.run(subject.generate(first)).verdict.kind === 'ok') first += 1;
  for (const workers of [1, 2]) {
    const { findings } = await runCampaign(pool(workers), campaign({}));
    expect(findings).toMatchObject([{ key: 'safety: toy', seedsRun: first + 1, run: { seed: first } }]);
    expect(findings[0]!.run.scenario).toEqual(subject.generate(first));
  }
});

test('the shards of a campaign are all of its seeds, each once', async () => {
  const runs = [];
  for (const part of [1, 2, 3]) {
    const { totals } = await runCampaign(
      pool(1),
      campaign({ count: 11, shard: { part, parts: 3 } }, { findingsMax: Infinity }),
    );
    runs.push(totals.runs);
  }
  expect(runs).toEqual([4, 4, 3]);
});

test('an interruption ends a campaign that has no other end, and what was found is kept', async () => {
  const stop = new AbortController();
  const found: string[] = [];
  const options = campaign({ count: undefined }, { findingsMax: Infinity, stop: stop.signal });
  const { totals, findings } = await runCampaign(pool(1), {
    ...options,
    found: (finding) => {
      found.push(finding.key);
      stop.abort();
    },
  });
  expect(found).toEqual(['safety: toy']);
  expect(findings).toMatchObject([{ key: 'safety: toy' }]);
  expect(totals.runs - findings[0]!.seedsRun).toBeLessThan(4);
});

test('a job that is given up leaves a worker for the next one', async () => {
  const asked = pool(1);
  const scenario = subject.generate(1);
  const giveUp = new AbortController();
  const given = [1, 2].map(() => asked.ask({ kind: 'shrink', scenario, runsMax: 1_000 }, giveUp.signal));
  giveUp.abort();
  for (const one of given) await expect(one).rejects.toThrow(JobGivenUpError);
  await expect(asked.ask({ kind: 'scenario', scenario }, giveUp.signal)).rejects.toThrow(JobGivenUpError);
  expect((await asked.ask({ kind: 'scenario', scenario })).result.scenario).toEqual(scenario);
});

test('an oracle that is switched off leaves a hole in the ledger', async () => {
  const counted = await runCampaign(pool(1), campaign({ count: 3 }));
  expect(counted.totals.ledger).toEqual({ toy: 60 });
  const blind = await runCampaign(pool(1), campaign({ count: 3 }, { run: { withoutObservers: ['counter'] } }));
  expect(neverExercised(blind.totals)).toEqual(['toy']);
});

test('every crash point, and those of the life after', async () => {
  const scenario = { ...subject.generate(1), faults: [] };
  const crashAfter = (node: number, incarnation: number, nth: number) => ({
    kind: 'crash-after-effect',
    node,
    incarnation,
    nth,
  });
  const once = await runCrashPoints(pool(2), scenario, { depth: 1, runsMax: 1_000, crashAfter });
  expect(once).toEqual({ points: 15, runs: 16, failures: [] });
  const twice = await runCrashPoints(pool(2), scenario, { depth: 2, runsMax: 1_000, crashAfter });
  expect(twice).toMatchObject({ points: 15 + 15 * 4, runs: 1 + 15 + 15 * 4 });
});

test('a mutant stands in the place of its original, in its worker alone', async () => {
  const mutant = await loadMutant('timeout-is-success');
  const planted = createPool({ workers: 1, subjectUrl, mutant: plantedMutant(mutant) });
  pools.push(planted);
  const job = { kind: 'scenario', scenario: subject.generate(1), options: { traceLines: true } } as const;
  const lines = async (asked: Pool) => (await asked.ask(job)).result.trace.lines?.at(-1);
  expect(await lines(planted)).toBe('planted: done');
  expect(await lines(pool(1))).toBe('planted: read-back');
});
