import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What the campaigns against one mutant came to: one file for each mutant, so that several processes fill one folder, and one that was broken
 * off goes on where it stopped.
 */
export interface KillRecord {
  readonly mutant: string;
  readonly settings: KillSettings;
  readonly commit: string;
  readonly campaigns: readonly CampaignKill[];
  /** Of the first campaign that found something; undefined: none did, or it could not be shrunk. */
  readonly story: KillStory | undefined;
}

export interface KillSettings {
  readonly campaigns: number;
  readonly seedsMax: number;
}

export interface CampaignKill {
  readonly firstSeed: number;
  /** The seeds that it took, the killing one among them. Undefined: the mutant lived. */
  readonly seeds: number | undefined;
  readonly seconds: number;
  /** The guarantee that was seen broken; empty: none. */
  readonly found: string;
  /** Seeds that failed, but prove nothing: the verdict was `unknown`, or the unchanged core fails them too. */
  readonly notCounted: number;
}

export interface KillStory {
  readonly verdict: string;
  readonly found: string;
  readonly lines: readonly string[];
  /** Events that the story leaves out. */
  readonly leftOut: number;
  readonly operations: number;
  readonly faults: number;
  /** The budget did not end before the scenario was minimal. */
  readonly complete: boolean;
  readonly shrinkRuns: number;
  readonly traceHash: string;
  /** The printed command, in a process of its own, gave the same trace hash. */
  readonly replays: boolean;
  /** The core without the mutant passes the shrunk scenario. */
  readonly unchangedPasses: boolean;
}

export function readRecords(folder: string): ReadonlyMap<string, KillRecord> {
  mkdirSync(folder, { recursive: true });
  const records = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as KillRecord);
  return new Map(records.map((record) => [record.mutant, record]));
}

export function writeRecord(folder: string, record: KillRecord): void {
  writeFileSync(join(folder, `${record.mutant}.json`), `${JSON.stringify(record, undefined, 2)}\n`);
}
