import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What the campaigns against one mutant came to: one file for each mutant, so that several processes fill one folder, and one that was broken
 * off goes on where it stopped.
 *
 * Invariant: what is measured twice at one commit differs in `seconds` alone.
 */
export interface KillRecord {
  readonly mutant: string;
  readonly settings: KillSettings;
  /** Of the code that was measured: what it finds, and the trace of its story, hold there. */
  readonly commit: string;
  readonly campaigns: readonly CampaignKill[];
  /** Of the smallest scenario that killed it; left out: none did, or it could not be shrunk. */
  readonly story?: KillStory | undefined;
}

export interface KillSettings {
  readonly campaigns: number;
  readonly seedsMax: number;
}

export interface CampaignKill {
  readonly firstSeed: number;
  /** The seeds that it took, the killing one among them. Left out: the mutant lived. */
  readonly seeds?: number | undefined;
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
  if (!existsSync(folder)) return new Map();
  const records = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as KillRecord);
  return new Map(records.map((record) => [record.mutant, record]));
}

export function writeRecord(folder: string, record: KillRecord): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${record.mutant}.json`), `${JSON.stringify(record, undefined, 2)}\n`);
}

/** In every campaign, and its story holds. */
export function isKilled(record: KillRecord | undefined): boolean {
  if (record?.story === undefined) return false;
  return holds(record.story) && record.campaigns.every(({ seeds }) => seeds !== undefined);
}

export function holds({ replays, unchangedPasses }: KillStory): boolean {
  return replays && unchangedPasses;
}
