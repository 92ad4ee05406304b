import { story, type ReportContext } from '../report/index.ts';
import { failureTitle, isFailure } from '../search/failure.ts';
import type { ShrunkScenario } from '../search/job.ts';
import type { Pool } from '../search/pool.ts';
import type { Scenario } from '../types/scenario.ts';
import { commitText } from './build.ts';
import { findingFiles, writeFindingFiles } from './finding-files.ts';
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

/** Shrinks a failing scenario, writes its files and tells its story. Undefined: it does not fail here. */
export async function tellFinding(
  pool: Pool,
  scenario: Scenario,
  options: TellOptions,
  output: Output,
): Promise<ToldFinding | undefined> {
  const { shrunk } = await pool.ask({ kind: 'shrink', scenario, runsMax: Math.max(1, options.shrinkRuns) });
  if (shrunk === undefined || !isFailure(shrunk.result.verdict)) return undefined;
  const name = `${slugOf(failureTitle(shrunk.result.verdict))}-${scenario.seed}`;
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
  const made =
    shrunk.result.verdict.kind === 'unknown'
      ? `Kept as it is, with ${sizes}: what proves nothing is not shrunk`
      : `Shrunk to ${sizes} from ${from}, in ${shrunk.runs} runs${end}`;
  output.out(`${made}.\nTimeline: ${files.html}\n`);
  return { shrunk, context, file: files.scenario };
}

export function culpritOf({ scenario, result, neededFaults }: ShrunkScenario): Pick<ReportContext, 'culprit'> {
  if (scenario.faults.length === 0 || result.verdict.kind === 'unknown') return {};
  const [fault] = neededFaults;
  return { culprit: fault === undefined ? { kind: 'none' } : { kind: 'fault', fault } };
}

function slugOf(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}
