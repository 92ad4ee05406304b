import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadMutant, mutantNames, plantedMutant } from '../search/mutants.ts';
import { canPlantMutants } from '../search/mutant-hook.ts';
import { createPool, type Pool } from '../search/pool.ts';
import type { Subject } from '../search/subject.ts';
import { parseScenario } from '../scenario-document.ts';
import { ScenarioError } from '../scenario-error.ts';
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

export async function loadSubject(settings: SubjectSettings): Promise<Subject> {
  const url = subjectUrlOf(settings);
  const { subject: given = '' } = settings;
  if (given !== '' && !existsSync(given)) throw new UsageError(`there is no module ${given}`);
  const { subject } = (await import(url)) as { readonly subject?: Subject };
  if (subject === undefined) throw new UsageError(`${given} exports no \`subject\``);
  return subject;
}

export async function openPool(settings: SubjectSettings): Promise<Pool> {
  const workers = settings.workers ?? availableParallelism();
  await loadSubject(settings);
  const subjectUrl = subjectUrlOf(settings);
  if (settings.mutant === undefined) return createPool({ workers, subjectUrl });
  if (!mutantNames().includes(settings.mutant)) {
    throw new UsageError(`there is no mutant called ${settings.mutant}: t4 sim list names them`);
  }
  if (!canPlantMutants) {
    throw new UsageError(`--mutant needs Node 22.15 or newer, and this is ${process.version}`);
  }
  return createPool({ workers, subjectUrl, mutant: plantedMutant(await loadMutant(settings.mutant)) });
}

/** A file, or the name of a scenario that comes with the simulator. */
export async function readScenario(file: string, settings: SubjectSettings): Promise<Scenario> {
  const named = scenarioNamed(file);
  if (named !== undefined) return named;
  const { faultKinds = [] } = await loadSubject(settings);
  try {
    return parseScenario(readFileSync(file, 'utf8'), {
      otherFaultKinds: faultKinds.map(({ kind }) => kind),
      otherRequests: settings.subject !== undefined,
    });
  } catch (error) {
    if (error instanceof ScenarioError) throw new UsageError(`${file}: ${error.message}`);
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${file} is neither a scenario that t4 sim list names nor a file that can be read: ${why}`);
  }
}

/** The words that lead to the same subject again. */
export function subjectFlags({ subject, mutant }: SubjectSettings): string {
  return `${subject === undefined ? '' : ` --subject ${subject}`}${mutant === undefined ? '' : ` --mutant ${mutant}`}`;
}
