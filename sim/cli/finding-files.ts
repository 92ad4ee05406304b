import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  toHtml,
  toJepsenEdn,
  toPerfettoJson,
  toPorcupineJson,
  toSummaryJson,
  type ReportContext,
} from '../report/index.ts';
import { failureTitle, type Failure } from '../search/failure.ts';
import type { RunResult } from '../types/result.ts';
import type { Scenario } from '../types/scenario.ts';

/** The files of one finding: its scenario, which is the bug report, and the views of its run. */
export interface FindingFiles {
  readonly scenario: string;
  readonly html: string;
  readonly all: readonly string[];
}

export function findingFiles(folder: string, name: string): FindingFiles {
  const file = (ending: string): string => join(folder, `${name}${ending}`);
  const endings = ['.json', '.html', '.summary.json', '.perfetto.json', '.edn', '.porcupine.json'];
  return { scenario: file('.json'), html: file('.html'), all: endings.map(file) };
}

/** As soon as it fails: what shrinks it may take long, or never come to its end. */
export function writeScenario(folder: string, name: string, scenario: Scenario): void {
  writeText(join(folder, `${name}.json`), `${JSON.stringify(scenario, undefined, 2)}\n`);
}

export function findingName(verdict: Failure, seed: number): string {
  return `${slugOf(failureTitle(verdict))}-${seed}`;
}

function slugOf(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}

export function writeFindingFiles(folder: string, name: string, result: RunResult, context: ReportContext): void {
  mkdirSync(folder, { recursive: true });
  const file = (ending: string): string => join(folder, `${name}${ending}`);
  writeScenario(folder, name, result.scenario);
  writeFileSync(
    file('.html'),
    toHtml(result, context, [
      { label: 'Scenario', href: `${name}.json` },
      { label: 'Perfetto', href: `${name}.perfetto.json` },
      { label: 'Jepsen EDN', href: `${name}.edn` },
      { label: 'Porcupine JSON', href: `${name}.porcupine.json` },
    ]),
  );
  writeFileSync(file('.summary.json'), toSummaryJson(result, context));
  writeFileSync(file('.perfetto.json'), toPerfettoJson(result));
  writeFileSync(file('.edn'), toJepsenEdn(result));
  writeFileSync(file('.porcupine.json'), toPorcupineJson(result));
}

/** The folders above it come into being with it. */
export function writeText(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
