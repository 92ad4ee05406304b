import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { commitText } from '../cli/build.ts';
import { storyOf } from '../report/index.ts';
import { formatScenario } from '../scenario-document.ts';
import type { Scenario } from '../types/scenario.ts';
import { runCampaign } from './campaign.ts';
import { failureTitle, isFailure } from './failure.ts';
import { killDocument, medianOf, seedsOf, storyLength } from './kill-document.ts';
import {
  readRecords,
  writeRecord,
  type CampaignKill,
  type KillRecord,
  type KillSettings,
  type KillStory,
} from './kill-record.ts';
import type { Mutant } from './mutant.ts';
import { listMutants, plantedMutant } from './mutants.ts';
import { createPool, type Pool } from './pool.ts';
import { shrinkRunsDefault } from './shrink.ts';

/**
 * The kill table of the bug zoo: each mutant against campaigns with base seeds of their own, until each has found something. Writes
 * docs/bug-zoo.md, and the shrunk scenario of each mutant beside it.
 *
 *   node sim/search/kill-table.ts --campaigns 20 --seeds 2000 [--mutant NAME …] [--shard I/N] [--workers N] [--records FOLDER]
 *
 * What is in the folder of records is not measured again: a run that was broken off goes on, and shards in several processes may share one.
 * The document holds whatever the folder holds when a mutant is done.
 */
interface Settings extends KillSettings {
  readonly workers: number;
}

const seedsApart = 1_000_003;
const root = fileURLToPath(new URL('../../', import.meta.url));
const documentFile = join(root, 'docs', 'bug-zoo.md');
const scenarioFolder = join(root, 'docs', 'bug-zoo');
const subjectUrl = new URL('./store-subject.ts', import.meta.url).href;

function replayArguments(mutant: string): readonly string[] {
  return ['sim', 'run', relative(root, scenarioFile(mutant)), '--mutant', mutant];
}

function scenarioFile(mutant: string): string {
  return join(scenarioFolder, `${mutant}.json`);
}

async function kill(mutant: Mutant, clean: Pool, settings: Settings): Promise<KillRecord> {
  const pool = createPool({ workers: settings.workers, subjectUrl, mutant: plantedMutant(mutant) });
  const campaigns: CampaignKill[] = [];
  let story: KillStory | undefined;
  try {
    for (let number = 1; number <= settings.campaigns; number++) {
      const { scenario, ...campaign } = await firstKill(pool, clean, number * seedsApart, settings.seedsMax);
      campaigns.push(campaign);
      tell(
        `${mutant.name} ${number}/${settings.campaigns}: ${campaign.seeds ?? 'lived'}, ${campaign.seconds.toFixed(1)} s, ${campaign.found}`,
      );
      // One whose printed command does not give the same run is told only if there is no better.
      if (scenario === undefined || story?.replays === true) continue;
      story = (await tellStory(mutant, pool, clean, scenario)) ?? story;
    }
  } finally {
    await pool.close();
  }
  const { campaigns: count, seedsMax } = settings;
  return { mutant: mutant.name, settings: { campaigns: count, seedsMax }, commit: commitText(), campaigns, story };
}

/** A seed kills only if it breaks something for certain, and the core without the mutant passes it. */
async function firstKill(
  pool: Pool,
  clean: Pool,
  firstSeed: number,
  seedsMax: number,
): Promise<CampaignKill & { readonly scenario?: Scenario }> {
  let elapsedMs = 0;
  let notCounted = 0;
  for (let skipped = 0; skipped < seedsMax;) {
    const seeds = { first: firstSeed + skipped, count: seedsMax - skipped, shard: { part: 1, parts: 1 } };
    const result = await runCampaign(pool, { seeds, milliseconds: undefined, findingsMax: 1 });
    elapsedMs += result.elapsedMs;
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
    if (unchanged.verdict.kind === 'ok') {
      const found = failureTitle(finding.verdict);
      return { firstSeed, seeds: skipped, seconds: elapsedMs / 1_000, found, notCounted, scenario };
    }
    notCounted += 1;
    tell(`  seed ${finding.run.seed} fails without the mutant too: ${unchanged.verdict.explanation}`);
  }
  return { firstSeed, seeds: undefined, seconds: elapsedMs / 1_000, found: '', notCounted };
}

async function tellStory(mutant: Mutant, pool: Pool, clean: Pool, scenario: Scenario): Promise<KillStory | undefined> {
  const { shrunk } = await pool.ask({ kind: 'shrink', scenario, runsMax: shrinkRunsDefault });
  if (shrunk === undefined || !isFailure(shrunk.result.verdict)) return undefined;
  const { verdict, trace } = shrunk.result;
  mkdirSync(scenarioFolder, { recursive: true });
  writeFileSync(scenarioFile(mutant.name), formatScenario(shrunk.scenario));
  const { events, leftOut } = storyOf(shrunk.result);
  const { result: unchanged } = await clean.ask({ kind: 'scenario', scenario: shrunk.scenario });
  return {
    verdict: verdict.explanation.endsWith('.') ? verdict.explanation : `${verdict.explanation}.`,
    found: failureTitle(verdict),
    lines: events.map(({ atMs, text }) => `${(atMs / 1_000).toFixed(3)} s  ${text}`),
    leftOut,
    operations: shrunk.scenario.operations.length,
    faults: shrunk.scenario.faults.length,
    complete: shrunk.complete,
    shrinkRuns: shrunk.runs,
    traceHash: trace.hash,
    replays: (await replayedHash(mutant.name)) === trace.hash,
    unchangedPasses: unchanged.verdict.kind === 'ok',
  };
}

/** Runs the printed command as a reader would: in a process of its own, from the file. */
async function replayedHash(mutant: string): Promise<string> {
  const parameters = ['src/cli/main.ts', ...replayArguments(mutant), '--json'];
  // A run that breaks a guarantee ends with an exit code that says so.
  const told = await promisify(execFile)(process.execPath, parameters, { cwd: root }).catch(
    (error: { readonly stdout: string }) => error,
  );
  return (JSON.parse(told.stdout) as { readonly traceHash: string }).traceHash;
}

function tell(line: string): void {
  console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);
}

function tellRecord(record: KillRecord): void {
  const { mutant, story } = record;
  const seeds = seedsOf(record);
  const killed = seeds.filter((count) => count < Infinity).length;
  const told =
    story === undefined
      ? 'no story'
      : `${storyLength(story)} lines from ${story.operations} operations and ${story.faults} faults in ${story.shrinkRuns} runs` +
        `${story.replays ? '' : ', DOES NOT REPLAY'}${story.unchangedPasses ? '' : ', THE UNCHANGED CORE FAILS IT'}`;
  tell(
    `${mutant}: ${killed}/${seeds.length} killed, median ${medianOf(seeds)}, worst ${Math.max(...seeds)} seeds; ${told}`,
  );
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
  const [part = 1, parts = 1] = (all('--shard')[0] ?? '1/1').split('/').map(Number);
  const records = all('--records')[0] ?? join(root, 't4-sim', 'kill-table');
  const mutants = await listMutants();
  const mine = mutants.filter(
    ({ name }, index) => index % parts === part - 1 && (wanted.length === 0 || wanted.includes(name)),
  );
  const writeDocument = (): void => {
    const known = readRecords(records);
    const kills = mutants.map((mutant) => ({ mutant, record: known.get(mutant.name) }));
    writeFileSync(
      all('--out')[0] ?? documentFile,
      killDocument(kills, (mutant) => `t4 ${replayArguments(mutant).join(' ')}`),
    );
  };

  const clean = createPool({ workers: 1, subjectUrl });
  for (const [index, mutant] of mine.entries()) {
    if (isMeasured(readRecords(records).get(mutant.name), settings)) continue;
    tell(`${mutant.name}, ${index + 1} of ${mine.length}`);
    const record = await kill(mutant, clean, settings);
    writeRecord(records, record);
    tellRecord(record);
    writeDocument();
  }
  await clean.close();
  writeDocument();
  const known = readRecords(records);
  if (mine.some(({ name }) => !isKilled(known.get(name)))) process.exitCode = 1;
}

function isMeasured(record: KillRecord | undefined, { campaigns, seedsMax }: KillSettings): boolean {
  return record?.settings.campaigns === campaigns && record.settings.seedsMax === seedsMax;
}

/** In every campaign, and its story holds. */
function isKilled(record: KillRecord | undefined): boolean {
  if (record === undefined || record.story === undefined) return false;
  const { replays, unchangedPasses } = record.story;
  return replays && unchangedPasses && record.campaigns.every(({ seeds }) => seeds !== undefined);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
