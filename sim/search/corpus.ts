import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { parseScenario } from '../scenario-document.ts';
import type { Scenario } from '../types/scenario.ts';

/**
 * Every scenario that ever failed, one JSON document each, shrunk: `sim/corpus` for the bugs that were found in the store. They run before
 * anything else, for ever.
 */
export interface CorpusEntry {
  readonly file: string;
  readonly scenario: Scenario;
}

const folder = new URL('../corpus/', import.meta.url);

export function readCorpus(from: URL = folder): readonly CorpusEntry[] {
  // The package does not carry it: it is there for whoever changes the store.
  if (!existsSync(from)) return [];
  return readdirSync(from)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => ({ file, scenario: parseScenario(readFileSync(new URL(file, from), 'utf8')) }));
}
