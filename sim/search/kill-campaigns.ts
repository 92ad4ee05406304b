import { commitText } from '../cli/build.ts';
import type { Scenario } from '../types/scenario.ts';
import { runCampaign } from './campaign.ts';
import { failureTitle } from './failure.ts';
import { storeUrl } from './kill-files.ts';
import { measuredBy, type CampaignKill, type KillRecord, type KillSettings, type KillStory } from './kill-record.ts';
import { tellStory } from './kill-story.ts';
import type { Mutant } from './mutant.ts';
import { plantedMutant } from './mutants.ts';
import { createPool, type Pool } from './pool.ts';

/** Apart from each other far enough for no two campaigns to share a seed. */
const seedsApart = 1_000_003;

export interface KillOptions extends KillSettings {
  readonly workers: number;
  readonly shrinkRuns: number;
  tell(line: string): void;
}

/** One mutant against campaigns with base seeds of their own, until each has found something. `clean` runs the core without it. */
export async function killMutant(mutant: Mutant, clean: Pool, options: KillOptions): Promise<KillRecord> {
  const { campaigns: count, seedsMax, workers, shrinkRuns, tell } = options;
  const pool = createPool({ workers, subjectUrl: storeUrl, mutant: plantedMutant(mutant) });
  const commit = commitText();
  const campaigns: CampaignKill[] = [];
  const found: Scenario[] = [];
  let story: KillStory | undefined;
  try {
    for (let number = 1; number <= count; number++) {
      const { scenario, ...campaign } = await firstKill(pool, clean, number * seedsApart, options);
      campaigns.push(campaign);
      tell(`${mutant.name} ${number}/${count}: ${campaign.seeds ?? 'lived'}, ${campaign.seconds} s, ${campaign.found}`);
      if (scenario !== undefined) found.push(scenario);
    }
    for (const scenario of found.toSorted((left, right) => sizeOf(left) - sizeOf(right))) {
      // One whose printed command does not give the same run is told only if there is no better.
      story = (await tellStory(mutant, { pool, clean, shrinkRuns }, scenario)) ?? story;
      if (story?.replays === true) break;
    }
  } finally {
    await pool.close();
  }
  return { mutant: mutant.name, settings: { campaigns: count, seedsMax }, commit, ...measuredBy(campaigns), story };
}

/** Another story of a mutant whose former one shows nothing any more: of the first seed that kills it now. Undefined: none does. */
export async function tellAnew(mutant: Mutant, clean: Pool, options: KillOptions): Promise<KillStory | undefined> {
  const pool = createPool({ workers: options.workers, subjectUrl: storeUrl, mutant: plantedMutant(mutant) });
  const commit = commitText();
  try {
    const { scenario, seeds, found } = await firstKill(pool, clean, seedsApart, options);
    options.tell(`${mutant.name}: ${seeds ?? 'lived'}, ${found}`);
    if (scenario === undefined) return undefined;
    const story = await tellStory(mutant, { pool, clean, shrinkRuns: options.shrinkRuns }, scenario);
    return story === undefined ? undefined : { ...story, commit };
  } finally {
    await pool.close();
  }
}

/** What is small already is shrunk soonest, and to the shortest story. */
function sizeOf({ operations, faults }: Scenario): number {
  return operations.length + faults.length;
}

/** A seed kills only if it breaks something for certain, and the core without the mutant passes it. */
async function firstKill(
  pool: Pool,
  clean: Pool,
  firstSeed: number,
  { seedsMax, tell }: KillOptions,
): Promise<CampaignKill & { readonly scenario?: Scenario }> {
  const before = process.cpuUsage();
  let notCounted = 0;
  const told = (seeds: number | null, found: string): CampaignKill => {
    // Of all threads: a clock would tell how busy the machine is.
    const { user, system } = process.cpuUsage(before);
    return { seeds, seconds: Math.round((user + system) / 100_000) / 10, found, notCounted };
  };
  for (let skipped = 0; skipped < seedsMax;) {
    const seeds = { first: firstSeed + skipped, count: seedsMax - skipped, shard: { part: 1, parts: 1 } };
    const result = await runCampaign(pool, { seeds, milliseconds: undefined, findingsMax: 1 });
    const finding = result.findings.find(({ verdict }) => verdict.kind !== 'unknown');
    const scenario = finding?.run.scenario;
    if (finding === undefined || scenario === undefined) {
      const [unknown] = result.findings;
      if (unknown === undefined) break;
      skipped += unknown.seedsRun;
      notCounted += 1;
      continue;
    }
    skipped += finding.seedsRun;
    const { result: unchanged } = await clean.ask({ kind: 'scenario', scenario });
    if (unchanged.verdict.kind === 'ok') return { ...told(skipped, failureTitle(finding.verdict)), scenario };
    notCounted += 1;
    tell(`  seed ${finding.run.seed} fails without the mutant too: ${unchanged.verdict.explanation}`);
  }
  return told(null, '');
}
