import { toJunitXml, type JunitCase } from '../report/index.ts';
import { runCampaign, type CampaignResult, type Finding, type SeedRange } from '../search/campaign.ts';
import { readCorpus } from '../search/corpus.ts';
import { isFailure } from '../search/failure.ts';
import { JobGivenUpError, type Pool } from '../search/pool.ts';
import type { Subject } from '../search/subject.ts';
import { neverExercised, neverFired, withoutOccasion } from '../search/totals.ts';
import type { RunResult, Verdict } from '../types/result.ts';
import type { Scenario } from '../types/scenario.ts';
import { commitText } from './build.ts';
import { findingName, writeScenario, writeText } from './finding-files.ts';
import { exitCodeOf, exitCodes, type ExitCode } from './exit-code.ts';
import type { Output } from './output.ts';
import { coreSpeedText, createProgress, speedText } from './progress.ts';
import { loadSubject, openPool, subjectFlags } from './settings.ts';
import { tellFinding, type TellOptions } from './tell-finding.ts';

export interface CampaignCommandOptions extends TellOptions {
  readonly seeds: SeedRange;
  readonly minutes?: number;
  readonly findingsMax: number;
  readonly corpus: boolean;
  /** Guarantees that were not put to the test, and faults that never happened, do not fail the campaign. */
  readonly allowUnexercised: boolean;
  readonly json: boolean;
  readonly junit?: string;
  readonly without?: readonly string[];
}

/**
 * The corpus, then seeds until the count, the time or the findings are reached. Interrupted, it tells and writes what there is so far; a scenario
 * that fails is written when it fails, so that nothing that ends the process takes it along.
 */
export async function campaign(options: CampaignCommandOptions, given: Output): Promise<ExitCode> {
  const output: Output = options.json ? { ...given, out: given.error.bind(given) } : given;
  const pool = await openPool(options);
  const stop = given.interruption?.();
  stop?.addEventListener('abort', () =>
    output.error('\nInterrupted: telling what there is; once more ends it at once.\n'),
  );
  try {
    const cases: JunitCase[] = [];
    const verdicts = await runCorpus(pool, options, cases, output, stop);
    const progress = createProgress(output);
    const result = await runCampaign(pool, {
      seeds: options.seeds,
      milliseconds: options.minutes === undefined ? undefined : options.minutes * 60_000,
      findingsMax: options.findingsMax,
      stop,
      found: (finding) => keepScenario(finding, options.folder),
      run: { withoutObservers: options.without ?? [] },
      progress: progress.tell,
    });
    progress.end();
    for (const finding of result.findings) {
      verdicts.push(finding.verdict);
      const { scenario } = finding.run;
      if (scenario === undefined) continue;
      output.out(
        `\nSeed ${finding.run.seed} (no. ${finding.seedsRun}), ${finding.count} of ${result.totals.runs} runs:\n`,
      );
      const told = await tellFinding(pool, scenario, options, output, stop);
      if (told !== undefined) {
        const { shrunk, context } = told;
        cases.push({ name: finding.key, seconds: finding.run.totals.cpuMs / 1_000, result: shrunk.result, context });
      }
    }
    const subject = await loadSubject(options);
    const missing = tellTotals(result, subject, output);
    const interrupted = stop?.aborted === true;
    await addPassed(pool, options, result, cases, interrupted);
    if (options.junit !== undefined) writeText(options.junit, toJunitXml('t4 sim', cases));
    const code = exitCodeOf(verdicts);
    if (options.json) given.out(`${JSON.stringify(summaryOf(result, missing, interrupted), undefined, 2)}\n`);
    if (interrupted) return code === exitCodes.ok ? exitCodes.interrupted : code;
    const vacuous = code === exitCodes.ok && missing.length > 0 && !options.allowUnexercised;
    if (vacuous)
      output.error('Nothing was found, but what is named above was not put to the test: that does not pass.\n');
    return vacuous ? exitCodes.unknown : code;
  } finally {
    await pool.close();
  }
}

function keepScenario({ verdict, run: { seed, scenario } }: Finding, folder: string): void {
  if (scenario !== undefined) writeScenario(folder, findingName(verdict, seed), scenario);
}

async function runCorpus(
  pool: Pool,
  options: CampaignCommandOptions,
  cases: JunitCase[],
  output: Output,
  stop: AbortSignal | undefined,
): Promise<Verdict[]> {
  if (!options.corpus || options.subject !== undefined) return [];
  const entries = readCorpus();
  const verdicts: Verdict[] = [];
  for (const { file, scenario } of entries) {
    const startedMs = performance.now();
    const result = await runUnless(stop, pool, scenario);
    if (result === undefined) break;
    const context = {
      replayCommand: `t4 sim run sim/corpus/${file}${subjectFlags(options)}`,
      commit: commitText(),
      nodeVersion: process.version,
    };
    cases.push({ name: `corpus ${file}`, seconds: (performance.now() - startedMs) / 1_000, result, context });
    verdicts.push(result.verdict);
    if (isFailure(result.verdict)) output.out(`Corpus ${file}: ${result.verdict.explanation}\n`);
  }
  if (entries.length > 0) output.out(`Corpus: ${verdicts.length} scenarios of former failures run.\n`);
  return verdicts;
}

/** Undefined: interrupted. */
async function runUnless(
  stop: AbortSignal | undefined,
  pool: Pool,
  scenario: Scenario,
): Promise<RunResult | undefined> {
  try {
    return (await pool.ask({ kind: 'scenario', scenario }, stop)).result;
  } catch (error) {
    if (error instanceof JobGivenUpError) return undefined;
    throw error;
  }
}

/** Prints what the campaign did, and returns what it left out. */
function tellTotals(
  { totals, elapsedMs, findings }: CampaignResult,
  subject: Subject,
  output: Output,
): readonly string[] {
  const seconds = (elapsedMs / 1_000).toFixed(1);
  const hours = (totals.virtualMs / 3_600_000).toFixed(1);
  output.out(
    `\n${totals.runs} seeds, ${totals.events} events, ${totals.calls} calls, ${hours} simulated hours in ${seconds} s; ` +
      `${findings.length} findings.\n${speedText(totals, elapsedMs)}; ${coreSpeedText(totals)}.\n`,
  );
  tellCounts('Guarantees, and how often each was put to the test', totals.ledger, output);
  tellCounts('Faults that took effect', totals.faultsFired, output);
  const unexercised = neverExercised(totals);
  const kinds = subject.faultKinds ?? [];
  const unfired = neverFired(totals, kinds);
  if (unexercised.length > 0) output.out(`Never put to the test: ${unexercised.join(', ')}\n`);
  for (const { kind, occasion = '' } of withoutOccasion(totals, kinds)) {
    const calls = totals.callsByKind[occasion] ?? 0;
    output.out(`Had no occasion: ${kind}; the system made ${calls === 0 ? 'no' : `only ${calls}`} ${occasion}\n`);
  }
  if (unfired.length > 0) output.out(`Faults that never took effect: ${unfired.join(', ')}\n`);
  return [...unexercised, ...unfired];
}

function tellCounts(title: string, counts: Readonly<Record<string, number>>, output: Output): void {
  const names = Object.keys(counts).sort();
  if (names.length === 0) return;
  const width = Math.max(...names.map((name) => name.length));
  output.out(`${title}:\n${names.map((name) => `  ${name.padEnd(width)}  ${counts[name]}\n`).join('')}`);
}

/** JUnit's view of the seeds that passed: one case that stands for them, with the first of them as its run. */
async function addPassed(
  pool: Pool,
  options: CampaignCommandOptions,
  { totals, elapsedMs, findings }: CampaignResult,
  cases: JunitCase[],
  interrupted: boolean,
): Promise<void> {
  if (options.junit === undefined || findings.length > 0 || totals.runs === 0) return;
  const { first, shard } = options.seeds;
  const subject = await loadSubject(options);
  const scenario = subject.generate(first + shard.part - 1);
  const { result } = await pool.ask({ kind: 'scenario', scenario });
  const name = `${totals.runs} seeds from ${first}, shard ${shard.part}/${shard.parts}${interrupted ? ', interrupted' : ''}`;
  const context = {
    replayCommand: `t4 sim run --seed ${scenario.seed}${subjectFlags(options)}`,
    commit: commitText(),
    nodeVersion: process.version,
  };
  cases.push({ name, seconds: elapsedMs / 1_000, result, context });
}

function summaryOf({ totals, elapsedMs, findings }: CampaignResult, missing: readonly string[], interrupted: boolean) {
  return {
    ...totals,
    interrupted,
    elapsedMs,
    notExercised: missing,
    commit: commitText(),
    nodeVersion: process.version,
    findings: findings.map(({ key, verdict, run, seedsRun, count }) => ({
      key,
      verdict,
      seed: run.seed,
      traceHash: run.traceHash,
      seedsRun,
      count,
    })),
  };
}
