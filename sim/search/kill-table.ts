import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { storyOf } from '../report/index.ts';
import { runCampaign } from './campaign.ts';
import { failureTitle, isFailure } from './failure.ts';
import type { Mutant } from './mutant.ts';
import { listMutants, plantedMutant } from './mutants.ts';
import { createPool, type Pool } from './pool.ts';
import type { Scenario } from '../types/scenario.ts';
import { shrinkRunsDefault } from './shrink.ts';

/**
 * The kill table of the bug zoo: each mutant against campaigns with base seeds of their own, until each has found something. Writes
 * docs/bug-zoo.md.
 *
 *   node sim/search/kill-table.ts --campaigns 20 --seeds 2000 [--mutant NAME …] [--workers N] [--out FILE]
 */
export interface Kill {
  readonly mutant: Mutant;
  readonly campaigns: readonly CampaignKill[];
  /** The story of the first campaign that found something, shrunk. */
  readonly story: readonly string[];
  readonly found: string;
}

export interface CampaignKill {
  /** Undefined: it lived. */
  readonly seeds: number | undefined;
  readonly seconds: number;
}

interface Settings {
  readonly campaigns: number;
  readonly seedsMax: number;
  readonly workers: number;
}

const seedsApart = 1_000_003;
const ending = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
const subjectUrl = new URL(`./store-subject${ending}`, import.meta.url).href;

async function kill(mutant: Mutant, clean: Pool, { campaigns, seedsMax, workers }: Settings): Promise<Kill> {
  const pool = createPool({ workers, subjectUrl, mutant: plantedMutant(mutant) });
  const kills: CampaignKill[] = [];
  let story: readonly string[] = [];
  let found = '';
  try {
    for (let campaign = 1; campaign <= campaigns; campaign++) {
      const { scenario, ...result } = await firstKill(pool, clean, campaign * seedsApart, seedsMax);
      kills.push(result);
      if (scenario === undefined || story.length > 0) continue;
      const shrink = { kind: 'shrink', scenario, runsMax: shrinkRunsDefault } as const;
      const { shrunk } = await pool.ask(shrink);
      if (shrunk === undefined || !isFailure(shrunk.result.verdict)) continue;
      story = storyOf(shrunk.result).events.map(({ atMs, text }) => `${(atMs / 1_000).toFixed(3)} s  ${text}`);
      found = failureTitle(shrunk.result.verdict);
    }
  } finally {
    await pool.close();
  }
  return { mutant, campaigns: kills, story, found };
}

/** A seed kills only if the core without the mutant passes it. */
async function firstKill(
  pool: Pool,
  clean: Pool,
  firstSeed: number,
  seedsMax: number,
): Promise<CampaignKill & { readonly scenario?: Scenario }> {
  let elapsedMs = 0;
  for (let skipped = 0; skipped < seedsMax;) {
    const seeds = { first: firstSeed + skipped, count: seedsMax - skipped, shard: { part: 1, parts: 1 } };
    const result = await runCampaign(pool, { seeds, milliseconds: undefined, findingsMax: 1 });
    elapsedMs += result.elapsedMs;
    const [finding] = result.findings;
    const scenario = finding?.run.scenario;
    if (finding === undefined || scenario === undefined) break;
    const { result: unchanged } = await clean.ask({ kind: 'scenario', scenario });
    skipped += finding.seedsRun;
    if (unchanged.verdict.kind === 'ok') return { seeds: skipped, seconds: elapsedMs / 1_000, scenario };
    console.log(`  (seed ${finding.run.seed} fails without the mutant too: ${unchanged.verdict.explanation})`);
  }
  return { seeds: undefined, seconds: elapsedMs / 1_000 };
}

/** Of an even number of values the upper one of the two in the middle: a median that was measured. */
export function medianOf(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Infinity;
}

export function killTable(kills: readonly Kill[], settings: Pick<Settings, 'campaigns' | 'seedsMax'>): string {
  const row = ({ mutant, campaigns, found, story }: Kill): string => {
    const seeds = campaigns.map((campaign) => campaign.seeds ?? Infinity);
    const killed = seeds.filter((count) => count < Infinity).length;
    const seconds = campaigns.map((campaign) => campaign.seconds);
    const count = (value: number): string => (value === Infinity ? 'lived' : String(value));
    const time = (value: number): string => value.toFixed(1);
    const cells = [
      `[${mutant.name}](#${mutant.name})`,
      mutant.breaks,
      found === '' ? '–' : found,
      `${killed}/${campaigns.length}`,
      count(medianOf(seeds)),
      count(Math.max(...seeds)),
      time(medianOf(seconds)),
      time(Math.max(...seconds)),
      String(story.length),
    ];
    return `| ${cells.join(' | ')} |`;
  };
  const section = ({ mutant, story }: Kill): string =>
    [
      `### ${mutant.name}`,
      '',
      `${mutant.description} Replaces \`${mutant.replaces}\`.`,
      '',
      ...(story.length === 0 ? ['Not found.'] : ['```text', ...story, '```']),
      '',
    ].join('\n');
  const lines = kills.filter(({ story }) => story.length > 0).map(({ story }) => story.length);
  return [
    '# The bug zoo',
    '',
    'Planted bugs, each one file of `sim/mutants` in the place of one file of the core, and what it took to find them. Generated by',
    '`node sim/search/kill-table.ts`; not to be edited.',
    '',
    `${kills.length} mutants, ${settings.campaigns} campaigns each with base seeds of their own, up to ${settings.seedsMax} seeds a campaign. ` +
      `Median length of a shrunk story: ${medianOf(lines)} lines.`,
    '',
    '| mutant | breaks | found as | killed | seeds, median | seeds, worst | seconds, median | seconds, worst | story lines |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...kills.map(row),
    '',
    '## Stories',
    '',
    ...kills.map(section),
  ].join('\n');
}

async function main(parameters: readonly string[]): Promise<void> {
  const all = (name: string): readonly string[] =>
    parameters.flatMap((parameter, index) => (parameter === name ? [parameters[index + 1] ?? ''] : []));
  const number = (name: string, fallback: number): number => Number(all(name)[0] ?? fallback);
  const settings: Settings = {
    campaigns: number('--campaigns', 20),
    seedsMax: number('--seeds', 2_000),
    workers: number('--workers', availableParallelism()),
  };
  const wanted = all('--mutant');
  const mutants = (await listMutants()).filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  const out = all('--out')[0] ?? fileURLToPath(new URL('../../docs/bug-zoo.md', import.meta.url));
  const kills: Kill[] = [];
  const clean = createPool({ workers: 1, subjectUrl });
  for (const mutant of mutants) {
    const result = await kill(mutant, clean, settings);
    kills.push(result);
    const seeds = result.campaigns.map((campaign) => campaign.seeds ?? Infinity);
    console.log(
      `${mutant.name}: ${seeds.filter((count) => count < Infinity).length}/${seeds.length} killed, ` +
        `median ${medianOf(seeds)}, worst ${Math.max(...seeds)} seeds, ${result.story.length} lines: ${result.found}`,
    );
    // Written after each mutant: a long table that is broken off keeps what it has.
    writeFileSync(out, killTable(kills, settings));
  }
  await clean.close();
  if (kills.some(({ campaigns }) => campaigns.some((campaign) => campaign.seeds === undefined))) process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
