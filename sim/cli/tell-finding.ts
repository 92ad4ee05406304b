import { story, type ReportContext } from '../report/index.ts';
import { isFailure } from '../search/failure.ts';
import type { ShrunkScenario } from '../search/job.ts';
import { JobGivenUpError, type Pool } from '../search/pool.ts';
import type { Scenario } from '../types/scenario.ts';
import { commitText } from './build.ts';
import { findingFiles, findingName, writeFindingFiles } from './finding-files.ts';
import type { Output } from './output.ts';
import { subjectFlags, type SubjectSettings } from './settings.ts';

export interface TellOptions extends SubjectSettings {
  readonly folder: string;
  readonly shrinkRuns: number;
}

export interface ToldFinding {
  readonly shrunk: ShrunkScenario;
  readonly context: ReportContext;
  readonly file: string;
}

/**
 * Shrinks a failing scenario, writes its files and tells its story. Undefined: it does not fail here. After an interruption it is told as it is,
 * and a shrinking that was going on is given up.
 */
export async function tellFinding(
  pool: Pool,
  scenario: Scenario,
  options: TellOptions,
  output: Output,
  interruption?: AbortSignal,
): Promise<ToldFinding | undefined> {
  const shrunk = await shrinkUnless(interruption, pool, scenario, options);
  if (shrunk === undefined || !isFailure(shrunk.result.verdict)) return undefined;
  const name = findingName(shrunk.result.verdict, scenario.seed);
  const files = findingFiles(options.folder, name);
  const context: ReportContext = {
    replayCommand: `t4 sim run ${files.scenario}${subjectFlags(options)}`,
    commit: commitText(),
    nodeVersion: process.version,
    ...culpritOf(shrunk),
  };
  writeFindingFiles(options.folder, name, shrunk.result, context);
  const sizes = `${shrunk.scenario.operations.length} operations and ${shrunk.scenario.faults.length} faults`;
  const from = `${scenario.operations.length} and ${scenario.faults.length}`;
  const end = shrunk.complete ? '' : '; the budget ended first: t4 sim shrink goes on';
  output.out(`\n${story(shrunk.result, context).join('\n')}\n`);
  const shrinking = `Shrunk to ${sizes} from ${from}, in ${shrunk.runs} runs${end}`;
  const unproved = `Kept as it is, with ${sizes}: what proves nothing is not shrunk`;
  const interrupted = `Kept as it is, with ${sizes}: interrupted; t4 sim shrink ${files.scenario} makes it smaller`;
  const made = shrunk.result.verdict.kind === 'unknown' ? unproved : shrunk.runs === 0 ? interrupted : shrinking;
  output.out(`${made}.\nTimeline: ${files.html}\n`);
  return { shrunk, context, file: files.scenario };
}

export function culpritOf({ scenario, result, neededFaults, runs }: ShrunkScenario): Pick<ReportContext, 'culprit'> {
  if (scenario.faults.length === 0 || result.verdict.kind === 'unknown' || runs === 0) return {};
  const [fault] = neededFaults;
  return { culprit: fault === undefined ? { kind: 'none' } : { kind: 'fault', fault } };
}

async function shrinkUnless(
  interruption: AbortSignal | undefined,
  pool: Pool,
  scenario: Scenario,
  { shrinkRuns }: TellOptions,
): Promise<ShrunkScenario | undefined> {
  try {
    return (await pool.ask({ kind: 'shrink', scenario, runsMax: Math.max(1, shrinkRuns) }, interruption)).shrunk;
  } catch (error) {
    if (!(error instanceof JobGivenUpError)) throw error;
  }
  const { result } = await pool.ask({ kind: 'scenario', scenario });
  return { scenario, result, runs: 0, neededFaults: [], complete: false };
}
