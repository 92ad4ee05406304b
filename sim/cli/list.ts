import { readCorpus } from '../search/corpus.ts';
import { listMutants } from '../search/mutants.ts';
import { incidents } from '../incident/index.ts';
import { scenarioList } from '../scenarios/index.ts';
import type { Output } from './output.ts';
import { loadSubject, type SubjectSettings } from './settings.ts';

/** All that can be asked for by name. */
export async function list(options: SubjectSettings & { readonly json: boolean }, output: Output): Promise<void> {
  const subject = await loadSubject(options);
  const mutants = await listMutants();
  const faults = subject.faultKinds ?? [];
  const workloads = subject.workloads ?? [];
  const scenarios = scenarioList.map(({ name, tells }) => ({ name, tells }));
  // The store's generator alone makes them.
  const made = options.subject === undefined ? incidents.map(({ name, does }) => ({ name, does })) : [];
  const corpus = readCorpus().map(({ file, scenario }) => ({ file, name: scenario.name }));
  if (options.json) {
    output.out(`${JSON.stringify({ faults, mutants, workloads, incidents: made, scenarios, corpus }, undefined, 2)}\n`);
    return;
  }
  const section = (title: string, lines: readonly (readonly [string, string])[]): void => {
    if (lines.length === 0) return;
    const width = Math.max(0, ...lines.map(([name]) => name.length));
    output.out(`${title}:\n${lines.map(([name, text]) => `  ${name.padEnd(width)}  ${text}\n`).join('')}\n`);
  };
  section(
    'Faults',
    faults.map(({ kind, does, generated }) => [kind, generated ? does : `${does} (only by hand)`]),
  );
  section(
    'Mutants',
    mutants.map(({ name, breaks, description }) => [name, `${breaks}: ${description}`]),
  );
  section(
    'Workloads',
    workloads.map(({ name, does }) => [name, does]),
  );
  section(
    'Incidents',
    made.map(({ name, does }) => [name, does]),
  );
  section(
    'Scenarios',
    scenarios.map(({ name, tells }) => [name, tells]),
  );
  section(
    'Corpus',
    corpus.map(({ file, name }) => [file, name]),
  );
}
