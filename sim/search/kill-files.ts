import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { killDocument } from './kill-document.ts';
import { readRecords } from './kill-record.ts';
import { listMutants } from './mutants.ts';

/** Where the bug zoo is kept: records, the shrunk scenario of each mutant, and the document that is made of the records. */
export const root = fileURLToPath(new URL('../../', import.meta.url));
export const documentFile = join(root, 'docs', 'bug-zoo.md');
export const scenarioFolder = join(root, 'docs', 'bug-zoo');
export const recordFolder = join(scenarioFolder, 'records');
export const storeUrl = new URL('./store-subject.ts', import.meta.url).href;

export function scenarioFile(mutant: string): string {
  return join(scenarioFolder, `${mutant}.json`);
}

/** Of `t4`: what a reader is told to run. */
export function replayArguments(mutant: string): readonly string[] {
  return ['sim', 'run', relative(root, scenarioFile(mutant)), '--mutant', mutant];
}

export async function documentText(): Promise<string> {
  const records = readRecords(recordFolder);
  const kills = (await listMutants()).map((mutant) => ({ mutant, record: records.get(mutant.name) }));
  return killDocument(kills, (mutant) => `t4 ${replayArguments(mutant).join(' ')}`);
}

export async function writeDocument(): Promise<void> {
  writeFileSync(documentFile, await documentText());
}
