import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { storyOf } from '../report/index.ts';
import { formatScenario, parseScenario } from '../scenario-document.ts';
import type { Scenario } from '../types/scenario.ts';
import { isFailure } from './failure.ts';
import { replayArguments, root, scenarioFile, scenarioFolder, storeUrl } from './kill-files.ts';
import type { KillStory } from './kill-record.ts';
import type { Mutant } from './mutant.ts';
import { plantedMutant } from './mutants.ts';
import { createPool, type Pool } from './pool.ts';

export interface StoryGround {
  /** With the mutant, and without it. */
  readonly pool: Pool;
  readonly clean: Pool;
  readonly shrinkRuns: number;
}

/** Shrinks what killed a mutant, keeps it, and tells what happens in it. Undefined: it could not be shrunk. */
export async function tellStory(
  mutant: Mutant,
  { pool, clean, shrinkRuns }: StoryGround,
  scenario: Scenario,
): Promise<KillStory | undefined> {
  const { shrunk } = await pool.ask({ kind: 'shrink', scenario, runsMax: shrinkRuns });
  if (shrunk === undefined || !isFailure(shrunk.result.verdict)) return undefined;
  const { verdict, trace } = shrunk.result;
  mkdirSync(scenarioFolder, { recursive: true });
  writeFileSync(scenarioFile(mutant.name), formatScenario(shrunk.scenario));
  const { events, leftOut } = storyOf(shrunk.result);
  const { result: unchanged } = await clean.ask({ kind: 'scenario', scenario: shrunk.scenario });
  return {
    verdict: verdict.explanation.endsWith('.') ? verdict.explanation : `${verdict.explanation}.`,
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

/**
 * What speaks against a story that was told earlier, now that the code may have changed: undefined if the scenario still breaks something with
 * the mutant, and nothing without it.
 */
export async function staleStory(mutant: Mutant, clean: Pool): Promise<string | undefined> {
  const file = scenarioFile(mutant.name);
  if (!existsSync(file)) return 'it has no scenario';
  const scenario = parseScenario(readFileSync(file, 'utf8'));
  const { result: unchanged } = await clean.ask({ kind: 'scenario', scenario });
  if (isFailure(unchanged.verdict)) return `the unchanged core fails it: ${unchanged.verdict.explanation}`;
  const pool = createPool({ workers: 1, subjectUrl: storeUrl, mutant: plantedMutant(mutant) });
  try {
    const { result } = await pool.ask({ kind: 'scenario', scenario });
    return isFailure(result.verdict) ? undefined : 'the core with the mutant passes it';
  } finally {
    await pool.close();
  }
}
