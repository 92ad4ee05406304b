import { runCrashPoints } from '../search/crash-points.ts';
import type { Scenario } from '../types/scenario.ts';
import { exitCodeOf, type ExitCode } from './exit-code.ts';
import type { Output } from './output.ts';
import { loadSubject, openPool } from './settings.ts';
import { tellFinding, type TellOptions } from './tell-finding.ts';

export interface CrashPointsCommandOptions extends TellOptions {
  readonly file: Scenario | undefined;
  readonly seed: number;
  readonly depth: 1 | 2;
  readonly runsMax: number;
  readonly restartMs: number;
  readonly diskLost: boolean;
  readonly json: boolean;
}

const toldMax = 3;
const progressEveryRuns = 500;

export async function crashPoints(options: CrashPointsCommandOptions, output: Output): Promise<ExitCode> {
  const subject = await loadSubject(options);
  const scenario = options.file ?? subject.generate(options.seed);
  const pool = await openPool(options);
  try {
    const startedMs = performance.now();
    const result = await runCrashPoints(pool, scenario, {
      depth: options.depth,
      runsMax: options.runsMax,
      crashAfter: (node, incarnation, nth) => ({
        kind: 'crash-after-effect',
        node,
        incarnation,
        nth,
        restartMs: options.restartMs,
        diskLost: options.diskLost,
      }),
      progress(done, of) {
        if (done % progressEveryRuns === 0) output.error(`${done} of ${of} crash points\n`);
      },
    });
    const seconds = (performance.now() - startedMs) / 1_000;
    if (options.json) {
      const failures = result.failures.map(({ at, verdict }) => ({ at, verdict }));
      output.out(`${JSON.stringify({ ...result, failures, seconds }, undefined, 2)}\n`);
    } else {
      output.out(
        `${result.points} crash points, ${result.runs} runs in ${seconds.toFixed(1)} s; ${result.failures.length} of them fail.\n`,
      );
      for (const failure of result.failures.slice(0, toldMax))
        await tellFinding(pool, failure.scenario, options, output);
    }
    return exitCodeOf(result.failures.map(({ verdict }) => verdict));
  } finally {
    await pool.close();
  }
}
