import { story, toJunitXml, type ReportContext } from '../report/index.ts';
import type { RunOptions } from '../search/subject.ts';
import type { Scenario } from '../types/scenario.ts';
import { commitText } from './build.ts';
import { exitCodeOf, type ExitCode } from './exit-code.ts';
import { writeFindingFiles, writeText } from './finding-files.ts';
import type { Output } from './output.ts';
import { openPool, subjectFlags, type SubjectSettings } from './settings.ts';

export interface ReplayOptions extends SubjectSettings {
  readonly out?: string;
  readonly json: boolean;
  readonly junit?: string;
  readonly trace: boolean;
  readonly without?: readonly string[];
}

/** One scenario, run once: the same hash as wherever else it ran. */
export async function replay(
  scenario: Scenario,
  source: string,
  options: ReplayOptions,
  output: Output,
): Promise<ExitCode> {
  const pool = await openPool({ ...options, workers: 1 });
  try {
    const run: RunOptions = { traceLines: options.trace, withoutObservers: options.without ?? [] };
    const startedMs = performance.now();
    const { result } = await pool.ask({ kind: 'scenario', scenario, options: run });
    const seconds = (performance.now() - startedMs) / 1_000;
    const context: ReportContext = {
      replayCommand: `t4 sim run ${source}${subjectFlags(options)}`,
      commit: commitText(),
      nodeVersion: process.version,
    };
    if (options.out !== undefined) writeFindingFiles(options.out, `seed-${scenario.seed}`, result, context);
    if (options.junit !== undefined) {
      writeText(options.junit, toJunitXml('t4 sim', [{ name: scenario.name, seconds, result, context }]));
    }
    for (const line of result.trace.lines ?? []) output.out(`${line}\n`);
    if (options.json) {
      const { verdict, trace, counts } = result;
      output.out(`${JSON.stringify({ verdict, traceHash: trace.hash, counts, seconds }, undefined, 2)}\n`);
    } else {
      output.out(`${story(result, context).join('\n')}\n`);
    }
    return exitCodeOf([result.verdict]);
  } finally {
    await pool.close();
  }
}
