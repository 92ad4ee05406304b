import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadMutant, mutantNames, plantedMutant } from '../search/mutants.ts';
import { createPool, type Pool } from '../search/pool.ts';
import { scenarioNamed } from '../scenarios/index.ts';
import type { Scenario } from '../types/scenario.ts';
import { UsageError } from './output.ts';

/** What every command that runs something is given. */
export interface SubjectSettings {
  /** A module that exports `subject`; left out: the store. */
  readonly subject?: string;
  readonly mutant?: string;
  readonly workers?: number;
}

const ending = import.meta.url.slice(import.meta.url.lastIndexOf('.'));

export function subjectUrlOf({ subject }: SubjectSettings): string {
  if (subject !== undefined) return pathToFileURL(resolve(subject)).href;
  return new URL(`../search/store-subject${ending}`, import.meta.url).href;
}

export async function openPool(settings: SubjectSettings): Promise<Pool> {
  const workers = settings.workers ?? availableParallelism();
  const subjectUrl = subjectUrlOf(settings);
  if (settings.mutant === undefined) return createPool({ workers, subjectUrl });
  if (!mutantNames().includes(settings.mutant)) {
    throw new UsageError(`there is no mutant called ${settings.mutant}: t4 sim list names them`);
  }
  return createPool({ workers, subjectUrl, mutant: plantedMutant(await loadMutant(settings.mutant)) });
}

/** A file, or the name of a scenario that comes with the simulator. */
export function readScenario(file: string): Scenario {
  const named = scenarioNamed(file);
  if (named !== undefined) return named;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    const scenario = JSON.parse(text) as Scenario;
    if (scenario.version === 1 && Array.isArray(scenario.operations) && Array.isArray(scenario.faults)) return scenario;
  } catch {
    // Said below.
  }
  throw new UsageError(`${file} is no scenario of version 1`);
}

/** The words that lead to the same subject again. */
export function subjectFlags({ subject, mutant }: SubjectSettings): string {
  return `${subject === undefined ? '' : ` --subject ${subject}`}${mutant === undefined ? '' : ` --mutant ${mutant}`}`;
}
